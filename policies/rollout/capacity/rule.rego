# METADATA
# title: There is room for the work
# description: The windows' capacity, the hosts that may be down at once, the technicians on duty or the relay's line do not hold all of the work before the deadline. Some of it is left over.
# scope: package
# schemas:
#   - input: schema.rollout
# custom:
#   severity: warning
#   gate: rollout
#   controls: ["ISO/IEC 27001:2022 A.8.6", "NIST SP 800-53r5 MA-6", "CIS Controls v8.1 7.3", "ITIL 4 capacity and performance management"]
package patchops.rollout.capacity

import data.patchops.lib.rollouts

deny contains {
	"path": ["unplaced", i],
	"message": $"{by} of client \"{input.client}\" {lack} for {names}: {tried}",
	"hint": $"{remedy}",
} if {
	some code, lack in lacks
	indexes := rollouts.unplaced(input, code)
	i := indexes[0]
	session := input.unplaced[i]
	by := rollouts.because(session)
	tried := rollouts.tried(session)
	names := rollouts.named(input.unplaced, indexes)
	remedy := rollouts.remedy(input, indexes)
}

lacks := {
	"CAPACITY": "has no place left",
	"TECHNICIAN": "has no technician left",
	"RELAY_CAPACITY": "hands on too little before the window opens",
}
