# METADATA
# title: Every open problem has somebody to call in
# description: A problem without an escalation waits for its owner's time. Naming a group, and after how long it is called in, decides that before it hurts.
# scope: package
# schemas:
#   - input: schema.Problem
# custom:
#   severity: note
#   gate: document
#   controls: ["ITIL 4 problem management", "ISO/IEC 27001:2022 A.5.27", "NIST SP 800-53r5 SI-2", "ISO/IEC 27001:2022 A.5.24"]
package patchops.problem.escalation

import data.patchops.lib.problems

deny contains {
	"path": ["spec"],
	"message": "the problem says nobody to call in when it takes too long",
	"hint": "add escalation with a group and after how long",
} if {
	not problems.solved(input.spec)
	not escalates
}

escalates if count(input.spec.escalation) > 0
