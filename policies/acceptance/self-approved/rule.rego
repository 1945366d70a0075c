# METADATA
# title: Nobody accepts their own risk
# description: Whoever answers for a risk asks for its acceptance, somebody else gives it. The owner is the only approver here.
# scope: package
# schemas:
#   - input: schema.RiskAcceptance
# custom:
#   severity: error
#   gate: document
#   controls: ["PCI DSS 4.0.1 6.5.1", "ISO/IEC 27001:2022 A.5.3", "NIST SP 800-53r5 AC-5", "NIST SP 800-53r5 RA-7"]
package patchops.acceptance.self_approved

deny contains {
	"path": ["spec", "approvers"],
	"message": $"\"{input.spec.owner}\" owns the risk and is the only one who accepts it",
	"hint": "have somebody else accept it",
} if {
	input.spec.owner in input.spec.approvers
	others := {approver | some approver in input.spec.approvers; approver != input.spec.owner}
	count(others) == 0
}
