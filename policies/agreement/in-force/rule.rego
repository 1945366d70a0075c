# METADATA
# title: Active clients have an agreement in force
# description: Windows, notice, contacts and costs come from the agreement. Without one in force nothing may start for the client.
# scope: package
# schemas:
#   - input: schema.Client
# custom:
#   severity: error
#   gate: document
#   controls: ["PCI DSS 4.0.1 12.8.2", "HIPAA 164.308(b)(1)", "ISO/IEC 27001:2022 A.5.20", "CIS Controls v8.1 15.4", "ITIL 4 service level management"]
package patchops.agreement.in_force

import data.patchops.lib.agreements
import data.patchops.lib.clients

deny contains {
	"path": ["metadata", "name"],
	"message": $"client \"{client}\" has no agreement in force at {data.asOf}",
	"hint": "add a ClientAgreement whose effective and expires hold that instant, or suspend the client",
} if {
	client := input.metadata.name
	clients.active(client)
	count(agreements.names(client)) == 0
}
