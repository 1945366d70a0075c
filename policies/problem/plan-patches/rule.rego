# METADATA
# title: A plan for a problem installs its patches
# description: The plan refers to a problem and installs none of the patches that solve it. Everybody waits for a plan that will not help.
# scope: package
# schemas:
#   - input: schema.PatchPlan
# custom:
#   severity: warning
#   gate: document
#   controls: ["ITIL 4 problem management", "ISO/IEC 27001:2022 A.5.27", "NIST SP 800-53r5 SI-2", "ITIL 4 change enablement", "ITIL 4 release management"]
package patchops.problem.plan_patches

import data.patchops.lib.clients
import data.patchops.lib.problems

deny contains {
	"path": ["spec", "problemRefs", i],
	"message": $"the plan installs none of the patches that solve problem \"{name}\"",
	"hint": "add one of its patchIds, or delete the reference",
} if {
	some i, name in input.spec.problemRefs
	wanted := {patch | some patch in problems.found(clients.of(input), name).patchIds}
	count(wanted) > 0
	count(wanted & installed) == 0
}

installed := {patch | some patch in input.spec.patches} | {patch |
	some bundle in input.spec.bundles
	some patch in data.documents.Bundle._[bundle].spec.patches
}
