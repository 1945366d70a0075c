# METADATA
# title: Clients are told in good time
# description: The lead of a notice leaves the client time to object, to tell its users and to have somebody at hand. A shorter one is a notice in name only.
# scope: package
# schemas:
#   - input: schema.ClientAgreement
# custom:
#   severity: warning
#   gate: document
#   controls: ["ISO/IEC 27001:2022 A.5.20", "PCI DSS 4.0.1 6.5.1", "NIST SP 800-40r4 3.1", "ITIL 4 change enablement"]
#   parameters:
#     minimum: {type: duration, default: P1D, tighter: higher}
package patchops.agreement.notice_lead

import data.patchops.lib.agreements
import data.patchops.lib.clients

deny contains {
	"path": ["spec", "notice", "lead"],
	"message": $"the client is told {input.spec.notice.lead} ahead, at least {minimum} is wanted",
	"hint": $"agree on a lead of {minimum} or more",
} if {
	minimum := data.parameters["agreement/notice-lead"].minimum
	due
	patchops.seconds(input.spec.notice.lead) < patchops.seconds(minimum)
}

deny contains {
	"path": ["spec", "notice", "rules", i, "lead"],
	"message": $"the client is told {rule.lead} ahead, at least {minimum} is wanted",
	"hint": $"agree on a lead of {minimum} or more",
} if {
	minimum := data.parameters["agreement/notice-lead"].minimum
	due
	some i, rule in input.spec.notice.rules
	patchops.seconds(rule.lead) < patchops.seconds(minimum)
}

# due holds for terms that apply or will apply.
due if {
	not clients.gone(input.metadata.client)
	not agreements.ended(input.metadata.client, input.spec)
}
