# METADATA
# title: It is decided how a problem is to be solved
# description: Once the cause is known somebody decides between a patch, a workaround and another configuration. Until then nobody plans anything.
# scope: package
# schemas:
#   - input: schema.Problem
# custom:
#   severity: warning
#   gate: document
#   controls: ["ITIL 4 problem management", "ISO/IEC 27001:2022 A.5.27", "NIST SP 800-53r5 SI-2", "ITIL 4 change enablement", "NIST SP 800-40r4 3.5"]
package patchops.problem.resolution_path

import data.patchops.lib.problems

deny contains {
	"path": ["spec", "state"],
	"message": $"the problem is {input.spec.state} and nobody decided how it is to be solved",
	"hint": "write resolutionPath with patch, workaround or config",
} if {
	known
	not input.spec.resolutionPath
}

deny contains {
	"path": ["spec", "resolutionPath"],
	"message": $"the problem was to be solved by {path} and was closed by a patch",
	"hint": "write patch, or correct the closure",
} if {
	input.spec.closure.method == "patch"
	path := input.spec.resolutionPath
	path != "patch"
}

known if input.spec.state == "knownError"

known if problems.solved(input.spec)
