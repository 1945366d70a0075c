# METADATA
# title: The notice can be given
# description: The client is to be told so long ahead that no window is left before the plan ends. Told later, the work would be a surprise; so it is not planned at all.
# scope: package
# schemas:
#   - input: schema.rollout
# custom:
#   severity: warning
#   gate: rollout
#   controls: ["ISO/IEC 27001:2022 A.5.20", "PCI DSS 4.0.1 6.5.1", "NIST SP 800-40r4 3.1", "ITIL 4 change enablement"]
package patchops.rollout.notice

import data.patchops.lib.rollouts

deny contains {
	"path": ["unplaced", i],
	"message": $"client \"{input.client}\" cannot be told in time of work on {names}: {by} wants a lead that leaves none of {tried}",
	"hint": $"{remedy}",
} if {
	indexes := rollouts.unplaced(input, "NOTICE_LEAD")
	i := indexes[0]
	session := input.unplaced[i]
	by := rollouts.because(session)
	tried := rollouts.tried(session)
	names := rollouts.named(input.unplaced, indexes)
	remedy := rollouts.remedy(input, indexes)
}
