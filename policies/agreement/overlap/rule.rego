# METADATA
# title: One agreement at a time
# description: At most one agreement of a client is in force at any instant, so that nobody has to guess which windows and rates apply.
# scope: package
# schemas:
#   - input: schema.ClientAgreement
# custom:
#   severity: error
#   gate: document
#   controls: ["ISO/IEC 27001:2022 A.5.20", "PCI DSS 4.0.1 12.8.2", "ITIL 4 service level management"]
package patchops.agreement.overlap

import data.patchops.lib.clients

deny contains {
	"path": ["spec", "effective"],
	"message": $"the agreement begins at {input.spec.effective} while agreement \"{name}\" is still in force",
	"hint": $"let {name} expire the day before, or begin later",
} if {
	client := input.metadata.client
	begin := start(client, input.spec)
	some name, other in data.documents.ClientAgreement[client]
	[start(client, other.spec), name] < [begin, input.metadata.name]
	not finished(client, other.spec, begin)
}

start(client, terms) := patchops.instant(terms.effective, clients.zone(client), "from")

finished(client, terms, at) if patchops.instant(terms.expires, clients.zone(client), "until") <= at
