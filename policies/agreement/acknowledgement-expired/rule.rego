# METADATA
# title: Signatures are still good
# description: A signature past its expires counts as no signature. It must be renewed while the agreement runs.
# scope: package
# schemas:
#   - input: schema.ClientAgreement
# custom:
#   severity: error
#   gate: document
#   controls: ["PCI DSS 4.0.1 12.9.1", "ISO/IEC 27001:2022 A.5.20", "ITIL 4 service level management"]
package patchops.agreement.acknowledgement_expired

import data.patchops.lib.agreements
import data.patchops.lib.clients

deny contains {
	"path": ["spec", "acknowledgements", i, "expires"],
	"message": $"the signature of \"{signed.id}\" was good until {signed.expires}",
	"hint": "have the client sign again and add the new acknowledgement",
} if {
	client := input.metadata.client
	clients.active(client)
	not agreements.ended(client, input.spec)
	some i in agreements.lapsed(client, input.spec)
	signed := input.spec.acknowledgements[i]
}
