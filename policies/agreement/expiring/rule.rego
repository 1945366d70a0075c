# METADATA
# title: Agreements are renewed in time
# description: An agreement that ends soon, with none after it, will stop all work for the client on that day.
# scope: package
# schemas:
#   - input: schema.ClientAgreement
# custom:
#   severity: warning
#   gate: document
#   controls: ["ISO/IEC 27001:2022 A.5.20", "ITIL 4 service level management", "CIS Controls v8.1 15.4"]
#   parameters:
#     within: {type: duration, default: P30D, tighter: higher}
package patchops.agreement.expiring

import data.patchops.lib.agreements
import data.patchops.lib.clients
import data.patchops.lib.moment

deny contains {
	"path": ["spec", "expires"],
	"message": $"the agreement ends on {input.spec.expires}, within {within}, and none follows it",
	"hint": "agree on the next term and add it before that day",
} if {
	client := input.metadata.client
	clients.active(client)
	agreements.covers(client, input.spec)
	within := data.parameters["agreement/expiring"].within
	moment.left(input.spec.expires, clients.zone(client)) <= patchops.seconds(within)
	not followed(client, patchops.instant(input.spec.expires, clients.zone(client), "until"))
}

# followed holds when some agreement is in force at that end.
followed(client, end) if {
	some agreement in data.documents.ClientAgreement[client]
	patchops.instant(agreement.spec.effective, clients.zone(client), "from") <= end
	not stopped(client, agreement.spec, end)
}

stopped(client, terms, end) if patchops.instant(terms.expires, clients.zone(client), "until") <= end
