# METADATA
# title: Emergencies have somebody to ask
# description: An agreement that allows emergencies names who is told and asked then. None of the contacts may still be called, so an emergency would go ahead unheard.
# scope: package
# schemas:
#   - input: schema.ClientAgreement
# custom:
#   severity: error
#   gate: document
#   controls: ["PCI DSS 4.0.1 12.10.1", "ISO/IEC 27001:2022 A.5.24", "CIS Controls v8.1 17.2", "NIST SP 800-40r4 3.5.2", "ITIL 4 change enablement"]
package patchops.agreement.emergency_contacts

import data.patchops.lib.agreements
import data.patchops.lib.clients

deny contains {
	"path": ["spec", "emergency", "contactRefs"],
	"message": $"emergencies are allowed and {count(input.spec.emergency.contactRefs)} contacts are named for them, none of them is still valid",
	"hint": "name a contact whose validUntil has not passed, or do not allow emergencies",
} if {
	client := input.metadata.client
	clients.active(client)
	not agreements.ended(client, input.spec)
	input.spec.emergency.allowed
	count(agreements.asked(client, input.spec)) == 0
}
