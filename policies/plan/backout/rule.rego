# METADATA
# title: Normal changes say how to go back
# description: People who judge a change must be able to read what is done when it goes wrong.
# scope: package
# schemas:
#   - input: schema.PatchPlan
# custom:
#   severity: error
#   gate: document
#   controls: ["PCI DSS 4.0.1 6.5.1", "NIST SP 800-53r5 CM-3", "ISO/IEC 27001:2022 A.8.32", "ITIL 4 change enablement"]
package patchops.plan.backout

deny contains {
	"path": ["spec", "backoutPlan"],
	"message": "a normal change without a back-out plan",
	"hint": "say in backoutPlan what is done when it goes wrong",
} if {
	input.spec.changeType == "normal"
	not input.spec.backoutPlan
}
