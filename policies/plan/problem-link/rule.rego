# METADATA
# title: Plans and problems name the same patches
# description: The plan says that it solves a problem, and installs none of the patches that the problem names. One of the two is out of date.
# scope: package
# schemas:
#   - input: schema.PatchPlan
# custom:
#   severity: warning
#   gate: document
#   controls: ["ITIL 4 problem management", "ISO/IEC 27001:2022 A.5.27", "NIST SP 800-53r5 IR-4"]
package patchops.plan.problem_link

import data.patchops.lib.clients
import data.patchops.lib.plans

deny contains {
	"path": ["spec", "problemRefs", i],
	"message": $"problem \"{ref}\" is solved by {wanted}, none of which the plan installs",
	"hint": "install one of them, or correct patchIds of the problem",
} if {
	some i, ref in input.spec.problemRefs
	wanted := problem(ref).patchIds
	count(wanted) > 0
	installed := plans.named(input)
	count([name | some name in wanted; name in installed]) == 0
}

deny contains {
	"path": ["spec", "problemRefs", i],
	"message": $"problem \"{ref}\" is closed, there is nothing left to solve",
	"hint": "drop the reference, or open the problem again",
} if {
	some i, ref in input.spec.problemRefs
	problem(ref).state == "closed"
}

problem(ref) := found if found := data.documents.Problem[clients.of(input)][ref].spec

else := data.documents.Problem._[ref].spec
