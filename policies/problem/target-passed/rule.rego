# METADATA
# title: A problem is solved by its target
# description: The problem was to be solved by a day that has passed. Those who rely on that day, the client and the service desk, must hear a new one.
# scope: package
# schemas:
#   - input: schema.Problem
# custom:
#   severity: warning
#   gate: document
#   controls: ["ITIL 4 problem management", "ISO/IEC 27001:2022 A.5.27", "NIST SP 800-53r5 SI-2", "CIS Controls v8.1 7.2", "ITIL 4 service level management"]
package patchops.problem.target_passed

import data.patchops.lib.clients
import data.patchops.lib.moment
import data.patchops.lib.problems

deny contains {
	"path": ["spec", "targetAt"],
	"message": $"the problem was to be solved by {input.spec.targetAt} and is {input.spec.state}",
	"hint": "solve it, or agree on a new target and say why",
} if {
	not problems.solved(input.spec)
	moment.over(input.spec.targetAt, clients.zone(clients.of(input)))
}
