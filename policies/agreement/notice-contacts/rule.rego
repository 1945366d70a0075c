# METADATA
# title: Notices reach somebody
# description: The notice before a session goes to the contacts that the agreement names. None of them may still be called, so nobody would be told.
# scope: package
# schemas:
#   - input: schema.ClientAgreement
# custom:
#   severity: error
#   gate: document
#   controls: ["ISO/IEC 27001:2022 A.5.20", "PCI DSS 4.0.1 6.5.1", "ITIL 4 change enablement", "ITIL 4 relationship management"]
package patchops.agreement.notice_contacts

import data.patchops.lib.agreements
import data.patchops.lib.clients

deny contains {
	"path": ["spec", "notice", "contactRefs"],
	"message": $"{count(input.spec.notice.contactRefs)} contacts get the notice, none of them is still valid",
	"hint": "name a contact whose validUntil has not passed",
} if {
	client := input.metadata.client
	clients.active(client)
	not agreements.ended(client, input.spec)
	count(agreements.told(client, input.spec)) == 0
}
