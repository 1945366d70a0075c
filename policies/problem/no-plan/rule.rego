# METADATA
# title: A patch that solves a problem is planned
# description: The patch that solves the problem is known, and no plan installs it for the problem. It waits for somebody to remember.
# scope: package
# schemas:
#   - input: schema.Problem
# custom:
#   severity: warning
#   gate: document
#   controls: ["ITIL 4 problem management", "ISO/IEC 27001:2022 A.5.27", "NIST SP 800-53r5 SI-2", "NIST SP 800-40r4 3.5", "CIS Controls v8.1 7.2", "ITIL 4 release management"]
package patchops.problem.no_plan

import data.patchops.lib.problems

deny contains {
	"path": ["spec", "patchIds"],
	"message": "the patches that solve the problem are known and no plan refers to it",
	"hint": "write a PatchPlan with the problem in problemRefs",
} if {
	not problems.solved(input.spec)
	input.spec.resolutionPath == "patch"
	count(input.spec.patchIds) > 0
	not planned
}

planned if {
	some plan in data.documents.PatchPlan[object.get(input.metadata, "client", "_")]
	input.metadata.name in plan.spec.problemRefs
}

planned if {
	some plan in data.documents.PatchPlan._
	input.metadata.name in plan.spec.problemRefs
}
