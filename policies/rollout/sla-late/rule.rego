# METADATA
# title: Work is done before it is due
# description: A session ends after its work is due, and no other plan would change that, since the windows, the notice or a freeze leave no earlier place.
# scope: package
# schemas:
#   - input: schema.rollout
# custom:
#   severity: warning
#   gate: rollout
#   controls: ["PCI DSS 4.0.1 6.3.3", "NIST SP 800-53r5 SI-2(3)", "CIS Controls v8.1 7.7", "ISO/IEC 27001:2022 A.8.8", "ITIL 4 service level management"]
package patchops.rollout.sla_late

import data.patchops.lib.rollouts

deny contains {
	"path": ["slaBreaches"],
	"message": $"{names} of client \"{input.client}\" end after they are due: {late.asset} is due at {late.due} and ends at {late.end} in window \"{late.window}\", not earlier by {reason}",
	"hint": $"agree on an earlier window or have the risk accepted: patchops explain asset {input.client}/{late.asset}",
} if {
	indexes := [index |
		some index in rollouts.late(input)
		not rollouts.held(input.placements[index])
	]
	i := indexes[0]
	late := input.placements[i]
	names := rollouts.named(input.placements, indexes)
	reason := object.get(late, "binding", "its windows")
}
