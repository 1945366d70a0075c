# METADATA
# title: A problem closed by accepting its risk has an acceptance
# description: The closure says that the risk is accepted, and no acceptance that holds now covers the asset. Acceptances end; when one does, its problem is open again.
# scope: package
# schemas:
#   - input: schema.Problem
# custom:
#   severity: error
#   gate: document
#   controls: ["ITIL 4 problem management", "ISO/IEC 27001:2022 A.5.27", "NIST SP 800-53r5 SI-2", "PCI DSS 4.0.1 6.3.1", "NIST SP 800-53r5 RA-7", "ISO/IEC 27001:2022 6.1.3", "HIPAA 164.308(a)(1)(ii)(B)", "ITIL 4 risk management"]
package patchops.problem.risk_accepted

import data.patchops.lib.clients
import data.patchops.lib.problems

deny contains {
	"path": ["spec", "configurationItems", i],
	"message": $"the problem was closed by accepting its risk, and no RiskAcceptance that holds now covers asset \"{item}\"",
	"hint": "renew the acceptance, or reopen the problem",
} if {
	input.spec.closure.method == "riskAccepted"
	some i, item in input.spec.configurationItems
	not problems.accepted(problems.place(clients.of(input), item))
}
