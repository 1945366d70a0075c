# METADATA
# title: A workaround is not kept when a patch exists
# description: The patch that ends a known error was released long ago and users still live with the workaround. Workarounds cost a little every day, and are forgotten by those who know why they exist.
# scope: package
# schemas:
#   - input: schema.Problem
# custom:
#   severity: warning
#   gate: document
#   controls: ["ITIL 4 problem management", "ISO/IEC 27001:2022 A.5.27", "NIST SP 800-53r5 SI-2", "CIS Controls v8.1 7.7", "NIST SP 800-40r4 3.5.3", "ITIL 4 continual improvement"]
#   parameters:
#     maximum: {type: duration, default: P60D}
package patchops.problem.workaround_persists

import data.patchops.lib.moment

deny contains {
	"path": ["spec", "patchIds", i],
	"message": $"patch \"{patch}\" was released at {data.documents.Patch._[patch].spec.releasedAt}, more than {maximum} ago, and the workaround is still in use",
	"hint": "plan the patch, or say in a RiskAcceptance why not",
} if {
	maximum := data.parameters["problem/workaround-persists"].maximum
	input.spec.state == "knownError"
	some i, patch in input.spec.patchIds
	moment.since(data.documents.Patch._[patch].spec.releasedAt, "") > patchops.seconds(maximum)
}
