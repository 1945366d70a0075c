# METADATA
# title: Risks are accepted for a time
# description: A risk that is accepted for years is forgotten, and so is the reason. Every few months somebody looks again whether it still holds.
# scope: package
# schemas:
#   - input: schema.RiskAcceptance
# custom:
#   severity: error
#   gate: document
#   controls: ["ISO/IEC 27001:2022 6.1.3", "NIST SP 800-53r5 RA-7", "NIST SP 800-40r4 3.5.5", "HIPAA 164.308(a)(1)(ii)(B)", "ITIL 4 risk management", "PCI DSS 4.0.1 12.3.1", "CIS Controls v8.1 7.2"]
#   parameters:
#     maximum: {type: duration, default: P180D, tighter: lower}
package patchops.acceptance.too_long

import data.patchops.lib.clients
import data.patchops.lib.moment

deny contains {
	"path": ["spec", "expires"],
	"message": $"the risk is accepted from {input.spec.approvedAt} to {input.spec.expires}, at most {maximum} is wanted",
	"hint": "let it end earlier and decide again then",
} if {
	maximum := data.parameters["acceptance/too-long"].maximum
	end := patchops.instant(input.spec.expires, zone, "until")
	end - patchops.instant(input.spec.approvedAt, zone, "from") > patchops.seconds(maximum) * moment.second
}

zone := clients.zone(input.metadata.client)
