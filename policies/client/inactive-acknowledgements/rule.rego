# METADATA
# title: Clients sign before they are active
# description: A client that is onboarding or suspended must have signed the four written warnings before it becomes active.
# scope: package
# schemas:
#   - input: schema.Client
# custom:
#   severity: warning
#   gate: document
#   controls: ["PCI DSS 4.0.1 12.9.1", "ISO/IEC 27001:2022 A.5.20", "ITIL 4 service level management"]
package patchops.client.inactive_acknowledgements

import data.patchops.lib.agreements
import data.patchops.lib.clients

deny contains {
	"path": ["metadata", "name"],
	"message": $"client \"{client}\" is {input.spec.status} and has not signed the warning \"{id}\"",
	"hint": "have the client sign it before it becomes active",
} if {
	client := input.metadata.name
	clients.waiting(client)
	some id in agreements.unsigned(agreements.spec(client))
}

deny contains {
	"path": ["metadata", "name"],
	"message": $"client \"{client}\" is {input.spec.status} and its signature of \"{id}\" has expired",
	"hint": "have the client sign again before it becomes active",
} if {
	client := input.metadata.name
	clients.waiting(client)
	some i in agreements.lapsed(client, agreements.spec(client))
	id := agreements.spec(client).acknowledgements[i].id
}
