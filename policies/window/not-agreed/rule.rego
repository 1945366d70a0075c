# METADATA
# title: Windows are agreed on
# description: Windows come only from the agreement. One that no agreement of its client names opens for nobody.
# scope: package
# schemas:
#   - input: schema.MaintenanceWindow
# custom:
#   severity: warning
#   gate: document
#   controls: ["ISO/IEC 27001:2022 A.8.32", "PCI DSS 4.0.1 6.5.1", "NIST SP 800-40r4 3.5", "ITIL 4 change enablement"]
package patchops.window.not_agreed

import data.patchops.lib.agreements
import data.patchops.lib.clients
import data.patchops.lib.windows

deny contains {
	"path": ["metadata", "name"],
	"message": $"no agreement of client \"{client}\" names window \"{input.metadata.name}\", so it never opens",
	"hint": "name it in windowRefs of the agreement, or delete it",
} if {
	client := input.metadata.client
	not clients.gone(client)
	windows.allows(input.spec)
	some agreement in data.documents.ClientAgreement[client]
	not agreements.ended(client, agreement.spec)
	not agreed(client, input.metadata.name)
}

agreed(client, name) if {
	some agreement in data.documents.ClientAgreement[client]
	name in agreement.spec.windowRefs
}

agreed(client, name) if {
	some agreement in data.documents.ClientAgreement[client]
	name in agreement.spec.emergency.windowRefs
}
