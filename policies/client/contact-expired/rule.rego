# METADATA
# title: Contacts are up to date
# description: A contact past its validUntil is told nothing and does not count for anything, so a name that is no longer right must be renewed or removed.
# scope: package
# schemas:
#   - input: schema.Contact
# custom:
#   severity: warning
#   gate: document
#   controls: ["CIS Controls v8.1 17.2", "ISO/IEC 27001:2022 A.5.24", "ITIL 4 relationship management"]
package patchops.client.contact_expired

import data.patchops.lib.clients

deny contains {
	"path": ["spec", "validUntil"],
	"message": $"contact \"{input.metadata.name}\" was valid until {input.spec.validUntil}",
	"hint": "ask the client and renew validUntil, or delete the contact",
} if {
	clients.ended(input.metadata.client, input.spec)
	not clients.gone(input.metadata.client)
}
