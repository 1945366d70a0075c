# METADATA
# title: Plans have time outside freezes
# description: A freeze, a blackout or a deny window that nobody may lift takes every window until the deadline. Nothing is installed on these assets.
# scope: package
# schemas:
#   - input: schema.rollout
# custom:
#   severity: error
#   gate: rollout
#   controls: ["ISO/IEC 27001:2022 A.8.32", "PCI DSS 4.0.1 6.5.1", "NIST SP 800-40r4 3.5", "ITIL 4 change enablement"]
package patchops.rollout.frozen

import data.patchops.lib.rollouts

deny contains {
	"path": ["unplaced", i],
	"message": $"{by} takes every window of {names} of client \"{input.client}\" until the deadline: {tried}",
	"hint": $"{remedy}",
} if {
	indexes := [index |
		some index in rollouts.unplaced(input, "FREEZE")
		not rollouts.liftable(input.unplaced[index])
	]
	i := indexes[0]
	session := input.unplaced[i]
	by := rollouts.because(session)
	tried := rollouts.tried(session)
	names := rollouts.named(input.unplaced, indexes)
	remedy := rollouts.remedy(input, indexes)
}
