# METADATA
# title: Plans keep the due dates
# description: A session ends after its work is due, and the plan itself keeps it from starting earlier, by its notBefore, its minimum age or the waves before. Another plan would be on time.
# scope: package
# schemas:
#   - input: schema.rollout
# custom:
#   severity: error
#   gate: rollout
#   controls: ["PCI DSS 4.0.1 6.3.3", "NIST SP 800-53r5 SI-2(3)", "CIS Controls v8.1 7.7", "ISO/IEC 27001:2022 A.8.8", "ITIL 4 service level management"]
package patchops.rollout.sla_breach

import data.patchops.lib.rollouts

deny contains {
	"path": ["placements", i],
	"message": $"{names} of client \"{input.client}\" end after they are due, the plan holds them back: {late.asset} is due at {late.due} and ends at {late.end} in window \"{late.window}\"",
	"hint": "start earlier, lower minimumAge, or shorten the soak of the waves before",
} if {
	indexes := [index |
		some index in rollouts.late(input)
		rollouts.held(input.placements[index])
	]
	i := indexes[0]
	late := input.placements[i]
	names := rollouts.named(input.placements, indexes)
}
