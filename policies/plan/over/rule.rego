# METADATA
# title: Plans that are over are closed
# description: Nothing of this plan starts any more, for its deadline has passed. Left among the open plans it hides those that still have work.
# scope: package
# schemas:
#   - input: schema.PatchPlan
# custom:
#   severity: warning
#   gate: document
#   controls: ["ITIL 4 change enablement", "ISO/IEC 27001:2022 A.8.32", "PCI DSS 4.0.1 6.5.1"]
package patchops.plan.over

import data.patchops.lib.moment
import data.patchops.lib.plans

deny contains {
	"path": ["spec", "deadline"],
	"message": $"the deadline {input.spec.deadline} has passed, nothing starts any more",
	"hint": "move the plan into a closed folder, or give it a new deadline",
} if {
	moment.over(input.spec.deadline, plans.zone(input))
}
