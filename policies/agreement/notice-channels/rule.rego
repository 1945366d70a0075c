# METADATA
# title: Notices have a channel
# description: An agreement that names no channel for its notices lets nobody be told, and a session starts only after its notice.
# scope: package
# schemas:
#   - input: schema.ClientAgreement
# custom:
#   severity: error
#   gate: document
#   controls: ["ISO/IEC 27001:2022 A.5.20", "PCI DSS 4.0.1 6.5.1", "ITIL 4 change enablement"]
package patchops.agreement.notice_channels

import data.patchops.lib.agreements
import data.patchops.lib.clients

deny contains {
	"path": ["spec", "notice", "channels"],
	"message": "the agreement names no channel for notices",
	"hint": "name email, phone or portal",
} if {
	client := input.metadata.client
	not clients.gone(client)
	not agreements.ended(client, input.spec)
	count(input.spec.notice.channels) == 0
}
