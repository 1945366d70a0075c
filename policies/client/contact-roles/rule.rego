# METADATA
# title: Active clients can be called
# description: An active client has a primary contact for notices and an escalation contact for the night in which a server does not come back, both still valid.
# scope: package
# schemas:
#   - input: schema.Client
# custom:
#   severity: error
#   gate: document
#   controls: ["ISO/IEC 27001:2022 A.5.24", "CIS Controls v8.1 17.2", "PCI DSS 4.0.1 12.10.1", "HIPAA 164.308(a)(6)(ii)", "ITIL 4 incident management"]
package patchops.client.contact_roles

import data.patchops.lib.clients

deny contains {
	"path": ["metadata", "name"],
	"message": $"client \"{client}\" has no valid contact of role \"{role}\"",
	"hint": $"add a Contact of role {role}, or renew one that has expired",
} if {
	client := input.metadata.name
	clients.active(client)
	some role in {"primary", "escalation"}
	count(clients.having(client, role)) == 0
}
