# METADATA
# title: A problem closed by a patch was helped by it
# description: A problem is closed when the patch is known to have helped. Until somebody says so it is resolved, and one that the patch did not help is open.
# scope: package
# schemas:
#   - input: schema.Problem
# custom:
#   severity: error
#   gate: document
#   controls: ["ITIL 4 problem management", "ISO/IEC 27001:2022 A.5.27", "NIST SP 800-53r5 SI-2", "ITIL 4 continual improvement", "NIST SP 800-40r4 3.6"]
package patchops.problem.effectiveness

deny contains {
	"path": ["spec", "closure", "method"],
	"message": "the problem is closed by a patch and nobody says whether that helped",
	"hint": "write effectiveness, or leave the state at resolved until it is known",
} if {
	input.spec.state == "closed"
	input.spec.closure.method == "patch"
	not input.spec.effectiveness
}

deny contains {
	"path": ["spec", "effectiveness"],
	"message": $"the problem is closed by a patch whose effect is {effect}",
	"hint": "set the state back to investigating",
} if {
	input.spec.state == "closed"
	input.spec.closure.method == "patch"
	effect := input.spec.effectiveness
	effect != "effective"
}
