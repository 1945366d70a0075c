# METADATA
# title: Clients signed the current texts
# description: The texts of the warnings changed since the client signed. What was signed still counts, and the client should sign what is said today.
# scope: package
# schemas:
#   - input: schema.ClientAgreement
# custom:
#   severity: warning
#   gate: document
#   controls: ["PCI DSS 4.0.1 12.9.1", "ISO/IEC 27001:2022 A.5.20", "ITIL 4 service level management"]
package patchops.agreement.acknowledgement_outdated

import data.patchops.lib.agreements
import data.patchops.lib.clients

deny contains {
	"path": ["spec", "acknowledgements", i, "textVersion"],
	"message": $"the client signed version \"{signed.textVersion}\" of \"{signed.id}\", the texts are at {versions}",
	"hint": "have the client sign the current text",
} if {
	client := input.metadata.client
	not clients.gone(client)
	not agreements.ended(client, input.spec)
	versions := {template.spec.textVersion | some template in data.documents.AgreementTemplate._}
	count(versions) > 0
	some i, signed in input.spec.acknowledgements
	not current(signed.id, versions)
}

# current holds when that warning is signed in a text of today as well.
current(id, versions) if {
	some signed in input.spec.acknowledgements
	signed.id == id
	signed.textVersion in versions
}
