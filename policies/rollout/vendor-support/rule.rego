# METADATA
# title: Vendors answer while their applications are patched
# description: An application is patched only while its vendor can be called. No window lies within the vendor's hours, so these assets stay as they are.
# scope: package
# schemas:
#   - input: schema.rollout
# custom:
#   severity: warning
#   gate: rollout
#   controls: ["ISO/IEC 27001:2022 A.5.22", "NIST SP 800-53r5 SA-22", "ITIL 4 supplier management"]
package patchops.rollout.vendor_support

import data.patchops.lib.rollouts

deny contains {
	"path": ["unplaced", i],
	"message": $"the hours of {by} hold no session on {names} of client \"{input.client}\", {tried}",
	"hint": $"{remedy}",
} if {
	indexes := rollouts.unplaced(input, "VENDOR_SUPPORT")
	i := indexes[0]
	session := input.unplaced[i]
	by := rollouts.because(session)
	tried := rollouts.tried(session)
	names := rollouts.named(input.unplaced, indexes)
	remedy := rollouts.remedy(input, indexes)
}
