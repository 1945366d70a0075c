# METADATA
# title: Acceptances that ended are renewed or removed
# description: An acceptance that has ended counts nowhere. Its work is planned again, while those who read the file believe that the risk is accepted.
# scope: package
# schemas:
#   - input: schema.RiskAcceptance
# custom:
#   severity: warning
#   gate: document
#   controls: ["ISO/IEC 27001:2022 6.1.3", "NIST SP 800-53r5 RA-7", "NIST SP 800-40r4 3.5.5", "HIPAA 164.308(a)(1)(ii)(B)", "ITIL 4 risk management"]
package patchops.acceptance.expired

import data.patchops.lib.clients
import data.patchops.lib.moment

deny contains {
	"path": ["spec", "expires"],
	"message": $"the acceptance ended at {input.spec.expires}, so its work is planned again",
	"hint": "renew it by a new decision, or remove it",
} if {
	not input.spec.scope.findings
	moment.over(input.spec.expires, clients.zone(input.metadata.client))
}
