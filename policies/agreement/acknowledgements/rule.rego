# METADATA
# title: Clients signed the warnings
# description: A client must have signed, in writing, that errors are possible, what not patching risks, that services will be unavailable, and what it costs. Nothing starts without the four.
# scope: package
# schemas:
#   - input: schema.ClientAgreement
# custom:
#   severity: error
#   gate: document
#   controls: ["PCI DSS 4.0.1 12.9.1", "ISO/IEC 27001:2022 A.5.20", "HIPAA 164.308(b)(3)", "ITIL 4 service level management"]
package patchops.agreement.acknowledgements

import data.patchops.lib.agreements
import data.patchops.lib.clients

deny contains {
	"path": ["spec", "acknowledgements"],
	"message": $"nobody signed the warning \"{id}\"",
	"hint": $"have the client sign it and add an acknowledgement with id {id}",
} if {
	client := input.metadata.client
	clients.active(client)
	not agreements.ended(client, input.spec)
	some id in agreements.unsigned(input.spec)
}
