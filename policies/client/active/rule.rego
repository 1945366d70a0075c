# METADATA
# title: Plans are for active clients
# description: Nothing starts for a client that is onboarding or suspended, so a plan for it shows what would happen and does nothing.
# scope: package
# schemas:
#   - input: schema.PatchPlan
# custom:
#   severity: warning
#   gate: document
#   controls: ["ITIL 4 relationship management", "ITIL 4 change enablement", "NIST SP 800-40r4 3.5"]
package patchops.client.active

import data.patchops.lib.clients

deny contains {
	"path": ["metadata", "client"],
	"message": $"client \"{client}\" is {status}, nothing starts before it is active",
	"hint": "activate the client before the deadline, or withdraw the plan",
} if {
	client := input.metadata.client
	clients.waiting(client)
	status := clients.spec(client).status
}

deny contains {
	"path": ["spec", "targets", "clients", i],
	"message": $"client \"{client}\" is {status}, nothing starts before it is active",
	"hint": "activate the client before the deadline, or leave it out",
} if {
	some i, client in input.spec.targets.clients
	clients.waiting(client)
	status := clients.spec(client).status
}
