# METADATA
# title: A test of a problem fails before its patch and passes after
# description: Only a test that shows the failure without the patch, and none with it, proves that the patch solves the problem. One that passes before tests something else, and one that fails after says that the problem is still there.
# scope: package
# schemas:
#   - input: schema.TestEvidence
# custom:
#   severity: warning
#   gate: document
#   controls: ["PCI DSS 4.0.1 6.5.1", "ISO/IEC 27001:2022 A.8.29", "NIST SP 800-53r5 CM-3(2)", "NIST SP 800-40r4 3.5.1", "ITIL 4 service validation and testing", "ITIL 4 problem management"]
package patchops.evidence.phase

deny contains {
	"path": ["spec", "phase"],
	"message": $"the test passes before the patch, so it does not repeat the failure of problem \"{input.spec.problemRef}\"",
	"hint": "change the test until it fails without the patch",
} if {
	input.spec.problemRef
	input.spec.phase == "before"
	input.spec.result == "pass"
}

deny contains {
	"path": ["spec", "phase"],
	"message": $"the test fails after the patch, so problem \"{input.spec.problemRef}\" is not solved by it",
	"hint": "look for another cause or another patch",
} if {
	input.spec.problemRef
	input.spec.phase == "after"
	input.spec.result == "fail"
}

deny contains {
	"path": ["spec", "problemRef"],
	"message": $"the test of problem \"{input.spec.problemRef}\" does not say whether it ran before or after the patch",
	"hint": "add phase: before or phase: after",
} if {
	input.spec.problemRef
	not input.spec.phase
}
