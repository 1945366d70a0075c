# METADATA
# title: Freezes are lifted before the work
# description: A freeze that an approval may lift takes every window until the deadline. Unless it is approved for this plan, nothing is installed on these assets.
# scope: package
# schemas:
#   - input: schema.rollout
# custom:
#   severity: warning
#   gate: rollout
#   controls: ["ISO/IEC 27001:2022 A.8.32", "PCI DSS 4.0.1 6.5.1", "NIST SP 800-40r4 3.5", "ITIL 4 change enablement"]
package patchops.rollout.override

import data.patchops.lib.rollouts

deny contains {
	"path": ["unplaced", i],
	"message": $"{by} takes every window of {names} of client \"{input.client}\" until the deadline unless it is lifted: {tried}",
	"hint": $"have the override approved by {approvers}, or move the deadline",
} if {
	indexes := [index |
		some index in rollouts.unplaced(input, "FREEZE")
		rollouts.liftable(input.unplaced[index])
	]
	i := indexes[0]
	session := input.unplaced[i]
	by := rollouts.because(session)
	approvers := rollouts.liftable(session)
	tried := rollouts.tried(session)
	names := rollouts.named(input.unplaced, indexes)
}
