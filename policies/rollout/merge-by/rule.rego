# METADATA
# title: Changes are merged in time
# description: The schedule holds only if the plan is merged within a day, since then the notice can still be given. Later, the first session moves to the next opening, and no window of this client opens more than once a week.
# scope: package
# schemas:
#   - input: schema.rollout
# custom:
#   severity: note
#   gate: rollout
#   controls: ["ISO/IEC 27001:2022 A.8.32", "PCI DSS 4.0.1 6.5.1", "NIST SP 800-40r4 3.5", "ITIL 4 change enablement"]
#   parameters:
#     within: {type: duration, default: P1D, tighter: higher}
package patchops.rollout.merge_by

import data.patchops.lib.moment
import data.patchops.lib.windows

deny contains {
	"path": ["mergeBy"],
	"message": $"merged after {input.mergeBy} the work of client \"{input.client}\" moves to a later opening: {first.asset} no longer starts at {first.start} in window \"{first.window}\"",
	"hint": "merge before, or send no notice yet",
} if {
	within := data.parameters["rollout/merge-by"].within
	ends := time.parse_rfc3339_ns(input.mergeBy)
	ends <= moment.now + (patchops.seconds(within) * moment.second)
	first := input.placements[0]
	not frequent
}

# frequent holds for a client that has some window on several days of a week: its
# next opening is near.
frequent if {
	some name in windows.agreed(input.client)
	count(windows.days(windows.spec(input.client, name))) > 1
}
