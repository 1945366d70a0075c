# METADATA
# title: An acceptance ends after it begins
# description: An acceptance whose end is not after its approval never counts, and those who wrote it believe that it does.
# scope: package
# schemas:
#   - input: schema.RiskAcceptance
# custom:
#   severity: error
#   gate: document
#   controls: ["ISO/IEC 27001:2022 6.1.3", "NIST SP 800-53r5 RA-7", "NIST SP 800-40r4 3.5.5", "HIPAA 164.308(a)(1)(ii)(B)", "ITIL 4 risk management"]
package patchops.acceptance.empty

import data.patchops.lib.clients

deny contains {
	"path": ["spec", "expires"],
	"message": $"the acceptance ends at {input.spec.expires}, not after it was approved at {input.spec.approvedAt}",
	"hint": "correct approvedAt or expires",
} if {
	patchops.instant(input.spec.expires, zone, "until") <= patchops.instant(input.spec.approvedAt, zone, "from")
}

zone := clients.zone(input.metadata.client)
