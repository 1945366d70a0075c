# METADATA
# title: Somebody else closes a problem
# description: Whoever answers for a problem is glad to see it closed. A second person looks whether it really ended.
# scope: package
# schemas:
#   - input: schema.Problem
# custom:
#   severity: warning
#   gate: document
#   controls: ["ITIL 4 problem management", "ISO/IEC 27001:2022 A.5.27", "NIST SP 800-53r5 SI-2", "ISO/IEC 27001:2022 A.5.3", "NIST SP 800-53r5 AC-5"]
package patchops.problem.self_closure

deny contains {
	"path": ["spec", "closure", "approver"],
	"message": $"{input.spec.closure.approver} owns the problem and closed it alone",
	"hint": "let somebody else approve the closure",
} if {
	input.spec.closure.approver == input.spec.owner
}
