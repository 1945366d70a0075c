# METADATA
# title: Later steps of an escalation come later
# description: Steps of an escalation are taken one after the other. A later step that is due no later than the one before it leaves people calling two groups at once, or the wrong one first.
# scope: package
# schemas:
#   - input: schema.Problem
# custom:
#   severity: error
#   gate: document
#   controls: ["ITIL 4 problem management", "ISO/IEC 27001:2022 A.5.27", "NIST SP 800-53r5 SI-2", "ISO/IEC 27001:2022 A.5.24"]
package patchops.problem.escalation_order

deny contains {
	"path": ["spec", "escalation", i, "after"],
	"message": $"the step is due after {step.after}, more than the {before.after} of the step before is wanted",
	"hint": "order the steps by time",
} if {
	some i, step in input.spec.escalation
	some j, before in input.spec.escalation
	j < i
	patchops.seconds(before.after) >= patchops.seconds(step.after)
}
