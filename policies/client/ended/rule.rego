# METADATA
# title: No plans for clients that have left
# description: A client whose status is ended is matched by no plan. An open plan that still names it was forgotten, or names the wrong client.
# scope: package
# schemas:
#   - input: schema.PatchPlan
# custom:
#   severity: error
#   gate: document
#   controls: ["ITIL 4 relationship management", "ISO/IEC 27001:2022 A.5.20", "PCI DSS 4.0.1 12.8.2"]
package patchops.client.ended

import data.patchops.lib.clients

deny contains {
	"path": ["metadata", "client"],
	"message": $"client \"{client}\" has ended, no plan may name it",
	"hint": "close the plan, or correct the client",
} if {
	client := input.metadata.client
	clients.gone(client)
}

deny contains {
	"path": ["spec", "targets", "clients", i],
	"message": $"client \"{client}\" has ended, no plan may name it",
	"hint": "leave the client out",
} if {
	some i, client in input.spec.targets.clients
	clients.gone(client)
}
