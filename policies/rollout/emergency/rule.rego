# METADATA
# title: Emergencies are quick, and agreed
# description: An emergency goes with less notice and fewer tests because it cannot wait. One that waits for days could be a normal change; one for which no agreement allows an emergency does not start.
# scope: package
# schemas:
#   - input: schema.rollout
# custom:
#   severity: warning
#   gate: rollout
#   controls: ["NIST SP 800-40r4 3.5.2", "PCI DSS 4.0.1 12.8.2", "ISO/IEC 27001:2022 A.5.20", "ITIL 4 change enablement"]
#   parameters:
#     within: {type: duration, default: P3D, tighter: lower}
package patchops.rollout.emergency

import data.patchops.lib.agreements
import data.patchops.lib.moment
import data.patchops.lib.rollouts

deny contains {
	"path": ["waves", 0],
	"message": $"the emergency begins at {first.start} at client \"{input.client}\", more than {within} from now, {first.asset} in window \"{first.window}\"",
	"hint": "agree on windows for emergencies, or make it a normal change",
} if {
	within := data.parameters["rollout/emergency"].within
	rollouts.plan(input).spec.changeType == "emergency"
	first := input.placements[0]
	time.parse_rfc3339_ns(first.start) > moment.now + (patchops.seconds(within) * moment.second)
}

deny contains {
	"path": ["unplaced", i],
	"message": $"no agreement of client \"{input.client}\" allows an emergency when {names} could be patched",
	"hint": "agree on emergencies in the terms that follow, or make it a normal change",
} if {
	indexes := rollouts.unplaced(input, "EMERGENCY_NOT_AGREED")
	i := indexes[0]
	agreements.spec(input.client).emergency.allowed
	names := rollouts.named(input.unplaced, indexes)
}
