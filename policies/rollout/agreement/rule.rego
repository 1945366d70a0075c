# METADATA
# title: The agreement lasts until the work is done
# description: Windows come only from an agreement in force. It ends, or the next one begins, so that no window is left for these assets.
# scope: package
# schemas:
#   - input: schema.rollout
# custom:
#   severity: warning
#   gate: rollout
#   controls: ["ISO/IEC 27001:2022 A.8.32", "PCI DSS 4.0.1 6.5.1", "NIST SP 800-40r4 3.5", "ITIL 4 change enablement"]
package patchops.rollout.agreement

import data.patchops.lib.agreements
import data.patchops.lib.rollouts

deny contains {
	"path": ["unplaced", i],
	"message": $"no agreement of client \"{input.client}\" covers a whole session on {names}: of {tried}, none lies within {by}",
	"hint": $"{remedy}",
} if {
	count(agreements.names(input.client)) > 0
	indexes := rollouts.unplaced(input, "AGREEMENT_NOT_IN_FORCE")
	i := indexes[0]
	session := input.unplaced[i]
	by := rollouts.because(session)
	tried := rollouts.tried(session)
	names := rollouts.named(input.unplaced, indexes)
	remedy := rollouts.remedy(input, indexes)
}
