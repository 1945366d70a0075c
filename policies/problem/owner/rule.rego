# METADATA
# title: Somebody answers for every problem
# description: The owner of a problem drives it to its end. When that person has left, or is a program, the problem stays where it is.
# scope: package
# schemas:
#   - input: schema.Problem
# custom:
#   severity: warning
#   gate: document
#   controls: ["ITIL 4 problem management", "ISO/IEC 27001:2022 A.5.27", "NIST SP 800-53r5 SI-2", "ISO/IEC 27001:2022 A.5.2"]
package patchops.problem.owner

import data.patchops.lib.people
import data.patchops.lib.problems

deny contains {
	"path": ["spec", "owner"],
	"message": $"{owner} owns the problem and is no active person",
	"hint": "name a person who answers for it",
} if {
	owner := input.spec.owner
	not problems.solved(input.spec)
	not people.counts(owner)
}
