# METADATA
# title: Normal changes say what users notice
# description: People who judge a change must know what its users will notice, and when.
# scope: package
# schemas:
#   - input: schema.PatchPlan
# custom:
#   severity: warning
#   gate: document
#   controls: ["PCI DSS 4.0.1 6.5.1", "NIST SP 800-53r5 CM-4", "ISO/IEC 27001:2022 A.8.32", "ITIL 4 change enablement"]
package patchops.plan.impact

deny contains {
	"path": ["spec", "impact"],
	"message": "a normal change without a word on its impact",
	"hint": "say in impact what users will notice",
} if {
	input.spec.changeType == "normal"
	not input.spec.impact
}
