# METADATA
# title: Agreements name an opening window
# description: Windows come only from the agreement. One that names no window, or only windows that deny, agrees to no time at which the client may be patched.
# scope: package
# schemas:
#   - input: schema.ClientAgreement
# custom:
#   severity: error
#   gate: document
#   controls: ["NIST SP 800-40r4 3.5", "ISO/IEC 27001:2022 A.8.32", "NIST SP 800-53r5 MA-2", "ITIL 4 change enablement"]
package patchops.agreement.windows

import data.patchops.lib.agreements
import data.patchops.lib.clients
import data.patchops.lib.windows

deny contains {
	"path": ["spec", "windowRefs"],
	"message": $"the agreement names {count(input.spec.windowRefs)} windows, none of them opens",
	"hint": "name at least one MaintenanceWindow of type allow",
} if {
	client := input.metadata.client
	clients.active(client)
	not agreements.ended(client, input.spec)
	count(windows.opening(client, input.spec)) == 0
}
