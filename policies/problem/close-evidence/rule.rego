# METADATA
# title: A problem ends with a patch, or with somebody's decision
# description: A problem that is only declared solved comes back. It ends with the patches that solved it and the day they were deployed, or with a closure that says who decided otherwise.
# scope: package
# schemas:
#   - input: schema.Problem
# custom:
#   severity: error
#   gate: document
#   controls: ["ITIL 4 problem management", "ISO/IEC 27001:2022 A.5.27", "NIST SP 800-53r5 SI-2", "PCI DSS 4.0.1 6.3.3", "CIS Controls v8.1 7.7", "NIST SP 800-40r4 3.6"]
package patchops.problem.close_evidence

import data.patchops.lib.clients
import data.patchops.lib.moment
import data.patchops.lib.problems

deny contains {
	"path": ["spec", "state"],
	"message": $"the problem is {input.spec.state} without patchIds and deployedAt, or a closure by other means",
	"hint": "name the patches and the day they were deployed, or write closure",
} if {
	problems.solved(input.spec)
	not deployed
	not input.spec.closure
}

deny contains {
	"path": ["spec", "closure", "method"],
	"message": "the problem was closed by a patch without patchIds and deployedAt",
	"hint": "name the patches and the day they were deployed",
} if {
	input.spec.closure.method == "patch"
	not deployed
}

deny contains {
	"path": ["spec", "state"],
	"message": "the problem is closed and nobody says how, by whom and when",
	"hint": "write closure with method, approver and at",
} if {
	input.spec.state == "closed"
	not input.spec.closure
}

deny contains {
	"path": ["spec", "deployedAt"],
	"message": $"the problem is {input.spec.state} by patches deployed at {input.spec.deployedAt}, which has not come yet",
	"hint": "wait for the deployment",
} if {
	problems.solved(input.spec)
	not moment.begun(input.spec.deployedAt, clients.zone(clients.of(input)))
}

deployed if {
	count(input.spec.patchIds) > 0
	input.spec.deployedAt
}
