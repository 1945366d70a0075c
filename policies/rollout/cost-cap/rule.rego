# METADATA
# title: The cost cap pays for the work
# description: The agreement's cap for a month is used up before all assets are patched. The rest stays as it is until somebody agrees on more.
# scope: package
# schemas:
#   - input: schema.rollout
# custom:
#   severity: warning
#   gate: rollout
#   controls: ["ITIL 4 service financial management", "ITIL 4 capacity and performance management"]
package patchops.rollout.cost_cap

import data.patchops.lib.rollouts

deny contains {
	"path": ["unplaced", i],
	"message": $"the monthly cap of {by} leaves {names} of client \"{input.client}\" out: {tried}",
	"hint": $"{remedy}",
} if {
	indexes := rollouts.unplaced(input, "COST_CAP")
	i := indexes[0]
	session := input.unplaced[i]
	by := rollouts.because(session)
	tried := rollouts.tried(session)
	names := rollouts.named(input.unplaced, indexes)
	remedy := rollouts.remedy(input, indexes)
}
