# METADATA
# title: Merging in the window leaves no time for notice
# description: Changes are to be merged once a window is open, but a session starts only after the notice that follows the merge. With a notice lead nothing could ever start.
# scope: package
# schemas:
#   - input: schema.Config
# custom:
#   severity: error
#   gate: document
#   controls: ["ISO/IEC 27001:2022 A.8.32", "PCI DSS 4.0.1 6.5.1", "ITIL 4 change enablement"]
package patchops.config.window_open_with_notice

import data.patchops.lib.agreements
import data.patchops.lib.clients

deny contains {
	"path": ["spec", "merge", "when"],
	"message": $"changes are merged when a window is open, client \"{client}\" is told {lead} before that",
	"hint": "set merge.when to approved",
} if {
	input.spec.merge.when == "windowOpen"
	some client, _ in data.documents.ClientAgreement
	not clients.gone(client)
	lead := agreements.spec(client).notice.lead
	patchops.seconds(lead) > 0
}
