# METADATA
# title: Emergencies are told faster
# description: The notice of an emergency is shorter than the ordinary one. Where it is longer the two were swapped, or emergencies are the slower way.
# scope: package
# schemas:
#   - input: schema.ClientAgreement
# custom:
#   severity: warning
#   gate: document
#   controls: ["NIST SP 800-40r4 3.5.2", "ISO/IEC 27001:2022 A.5.20", "ITIL 4 change enablement"]
package patchops.agreement.emergency_notice

import data.patchops.lib.agreements
import data.patchops.lib.clients

deny contains {
	"path": ["spec", "emergency", "notice"],
	"message": $"an emergency is told {input.spec.emergency.notice} ahead, ordinary work {input.spec.notice.lead}",
	"hint": $"agree on at most {input.spec.notice.lead} for emergencies",
} if {
	client := input.metadata.client
	not clients.gone(client)
	not agreements.ended(client, input.spec)
	input.spec.emergency.allowed
	patchops.seconds(input.spec.emergency.notice) > patchops.seconds(input.spec.notice.lead)
}
