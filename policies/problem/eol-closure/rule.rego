# METADATA
# title: Problems of unsupported systems end with a patch or an accepted risk
# description: For a system without support no fix will come by itself. Its problem is closed by a patch, or by somebody who accepts the risk for a time, and by nothing else.
# scope: package
# schemas:
#   - input: schema.Problem
# custom:
#   severity: error
#   gate: document
#   controls: ["ITIL 4 problem management", "ISO/IEC 27001:2022 A.5.27", "NIST SP 800-53r5 SI-2", "PCI DSS 4.0.1 12.3.4", "NIST SP 800-53r5 SA-22", "CIS Controls v8.1 2.2", "NIST SP 800-40r4 3.5.4", "HIPAA 164.308(a)(1)(ii)(B)"]
package patchops.problem.eol_closure

import data.patchops.lib.clients
import data.patchops.lib.problems

deny contains {
	"path": ["spec", "configurationItems", i],
	"message": $"asset \"{item}\" is out of support, and the problem ended neither by a patch nor by a RiskAcceptance that holds now",
	"hint": "reopen the problem, or add a RiskAcceptance whose scope names the asset",
} if {
	problems.solved(input.spec)
	not patched
	some i, item in input.spec.configurationItems
	at := problems.place(clients.of(input), item)
	problems.unsupported(at)
	not problems.accepted(at)
}

patched if {
	count(input.spec.patchIds) > 0
	input.spec.deployedAt
}
