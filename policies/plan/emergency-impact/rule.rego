# METADATA
# title: Emergencies say what users notice
# description: An emergency skips waiting, not thinking. Those who approve it within minutes must read what users will notice and what is done when it goes wrong.
# scope: package
# schemas:
#   - input: schema.PatchPlan
# custom:
#   severity: error
#   gate: document
#   controls: ["PCI DSS 4.0.1 6.5.1", "NIST SP 800-53r5 CM-4", "NIST SP 800-40r4 3.5.2", "ITIL 4 change enablement"]
package patchops.plan.emergency_impact

deny contains {
	"path": ["spec", "impact"],
	"message": "an emergency without a word on its impact",
	"hint": "say in impact what users will notice",
} if {
	input.spec.changeType == "emergency"
	not input.spec.impact
}

deny contains {
	"path": ["spec", "backoutPlan"],
	"message": "an emergency without a back-out plan",
	"hint": "say in backoutPlan what is done when it goes wrong",
} if {
	input.spec.changeType == "emergency"
	not input.spec.backoutPlan
}
