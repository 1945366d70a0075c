# METADATA
# title: Windows come only from the agreement
# description: A session lies in a window that no agreement of its client names. Nobody agreed that anything happens then.
# scope: package
# schemas:
#   - input: schema.rollout
# custom:
#   severity: error
#   gate: rollout
#   controls: ["ISO/IEC 27001:2022 A.8.32", "PCI DSS 4.0.1 6.5.1", "NIST SP 800-40r4 3.5", "ITIL 4 change enablement"]
package patchops.rollout.window_agreed

import data.patchops.lib.rollouts

deny contains {
	"path": ["placements", i],
	"message": $"asset \"{placement.asset}\" is planned at {placement.start} in window \"{placement.window}\", which no agreement of client \"{input.client}\" opens for it",
	"hint": "name the window in windowRefs of the agreement",
} if {
	some window in {placement.window | some placement in input.placements}
	not window in agreed
	i := min([i | some i, placement in input.placements; placement.window == window])
	placement := input.placements[i]
}

agreed contains name if {
	some agreement in data.documents.ClientAgreement[input.client]
	some name in agreement.spec.windowRefs
}

agreed contains name if {
	rollouts.plan(input).spec.changeType == "emergency"
	some agreement in data.documents.ClientAgreement[input.client]
	some name in agreement.spec.emergency.windowRefs
}
