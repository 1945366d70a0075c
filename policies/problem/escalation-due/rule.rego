# METADATA
# title: Who is to be called in is called in
# description: The time after which a group is to be called in has passed, and the problem is still open. Whoever reads this calls them.
# scope: package
# schemas:
#   - input: schema.Problem
# custom:
#   severity: warning
#   gate: document
#   controls: ["ITIL 4 problem management", "ISO/IEC 27001:2022 A.5.27", "NIST SP 800-53r5 SI-2", "ISO/IEC 27001:2022 A.5.24", "ITIL 4 service level management"]
package patchops.problem.escalation_due

import data.patchops.lib.clients
import data.patchops.lib.moment
import data.patchops.lib.problems

deny contains {
	"path": ["spec", "escalation", i, "after"],
	"message": $"group \"{step.group}\" is to be called in, {step.after} after the target of {input.spec.targetAt}",
	"hint": "call them in, and agree on a new target",
} if {
	not problems.solved(input.spec)
	some i, step in input.spec.escalation
	since := 0 - moment.left(input.spec.targetAt, clients.zone(clients.of(input)))
	since >= patchops.seconds(step.after)
}

deny contains {
	"path": ["spec", "escalation", i, "after"],
	"message": $"group \"{step.group}\" is to be called in, {step.after} after the first incident",
	"hint": "call them in, and set targetAt",
} if {
	not problems.solved(input.spec)
	not input.spec.targetAt
	some i, step in input.spec.escalation
	since := max([moment.since(incident.spec.at, clients.zone(clients.of(input))) |
		some name in input.spec.incidentRefs
		incident := data.documents.Incident[clients.of(input)][name]
	])
	since >= patchops.seconds(step.after)
}
