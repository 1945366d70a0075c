# METADATA
# title: Clients can be called before they are active
# description: A client that is onboarding or suspended needs a primary and an escalation contact before it becomes active.
# scope: package
# schemas:
#   - input: schema.Client
# custom:
#   severity: warning
#   gate: document
#   controls: ["ISO/IEC 27001:2022 A.5.24", "CIS Controls v8.1 17.2", "ITIL 4 incident management"]
package patchops.client.inactive_contacts

import data.patchops.lib.clients

deny contains {
	"path": ["metadata", "name"],
	"message": $"client \"{client}\" is {input.spec.status} and has no valid contact of role \"{role}\"",
	"hint": $"add a Contact of role {role} before the client becomes active",
} if {
	client := input.metadata.name
	clients.waiting(client)
	some role in {"primary", "escalation"}
	count(clients.having(client, role)) == 0
}
