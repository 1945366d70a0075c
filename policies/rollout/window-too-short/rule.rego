# METADATA
# title: Sessions fit into their windows
# description: No window is as long as the session takes, reboot, checks and recovery reserve included. Whatever else changes, nothing is installed on these assets.
# scope: package
# schemas:
#   - input: schema.rollout
# custom:
#   severity: warning
#   gate: rollout
#   controls: ["ISO/IEC 27001:2022 A.8.6", "NIST SP 800-53r5 MA-6", "CIS Controls v8.1 7.3", "ITIL 4 capacity and performance management"]
package patchops.rollout.window_too_short

import data.patchops.lib.rollouts

deny contains {
	"path": ["unplaced", i],
	"message": $"client \"{input.client}\" has no window that is long enough for {names}: {session.asset} needs {session.needs}, {by} has {session.has}",
	"hint": $"{remedy}",
} if {
	indexes := rollouts.unplaced(input, "WINDOW_TOO_SHORT")
	i := indexes[0]
	session := input.unplaced[i]
	by := rollouts.because(session)
	names := rollouts.named(input.unplaced, indexes)
	remedy := rollouts.remedy(input, indexes)
}
