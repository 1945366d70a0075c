# METADATA
# title: Acceptances were approved already
# description: The acceptance says that it was approved at an instant that is still to come. It counts only from then on, and nobody has approved anything tomorrow.
# scope: package
# schemas:
#   - input: schema.RiskAcceptance
# custom:
#   severity: warning
#   gate: document
#   controls: ["ISO/IEC 27001:2022 6.1.3", "NIST SP 800-53r5 RA-7", "NIST SP 800-53r5 AU-10", "HIPAA 164.308(a)(1)(ii)(B)", "ITIL 4 risk management"]
package patchops.acceptance.post_dated

import data.patchops.lib.clients
import data.patchops.lib.moment

deny contains {
	"path": ["spec", "approvedAt"],
	"message": $"the acceptance is approved at {input.spec.approvedAt}, which is still to come",
	"hint": "write when it was approved",
} if {
	not moment.begun(input.spec.approvedAt, clients.zone(input.metadata.client))
}
