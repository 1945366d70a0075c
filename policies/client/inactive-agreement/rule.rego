# METADATA
# title: Clients have an agreement before they are active
# description: A client that is onboarding or suspended needs an agreement in force that names an opening window and a valid contact for notices before it becomes active.
# scope: package
# schemas:
#   - input: schema.Client
# custom:
#   severity: warning
#   gate: document
#   controls: ["PCI DSS 4.0.1 12.8.2", "ISO/IEC 27001:2022 A.5.20", "CIS Controls v8.1 15.4", "ITIL 4 service level management"]
package patchops.client.inactive_agreement

import data.patchops.lib.agreements
import data.patchops.lib.clients
import data.patchops.lib.windows

deny contains {
	"path": ["metadata", "name"],
	"message": $"client \"{client}\" is {input.spec.status} and has no agreement in force at {data.asOf}",
	"hint": "add a ClientAgreement before the client becomes active",
} if {
	client := input.metadata.name
	clients.waiting(client)
	count(agreements.names(client)) == 0
}

deny contains {
	"path": ["metadata", "name"],
	"message": $"client \"{client}\" is {input.spec.status} and its agreement \"{name}\" names no window that opens",
	"hint": "name a window before the client becomes active",
} if {
	client := input.metadata.name
	clients.waiting(client)
	name := agreements.names(client)[0]
	count(windows.agreed(client)) == 0
}

deny contains {
	"path": ["metadata", "name"],
	"message": $"client \"{client}\" is {input.spec.status} and its agreement \"{name}\" names no valid contact for notices",
	"hint": "name a valid contact before the client becomes active",
} if {
	client := input.metadata.name
	clients.waiting(client)
	name := agreements.names(client)[0]
	count(agreements.told(client, agreements.spec(client))) == 0
}
