# METADATA
# title: Nobody accepts their own risk alone
# description: Whoever answers for a system gains by not patching it. Somebody else must agree that the risk is small enough.
# scope: package
# schemas:
#   - input: schema.RiskAcceptance
# custom:
#   severity: error
#   gate: document
#   controls: ["ISO/IEC 27001:2022 6.1.3", "NIST SP 800-53r5 RA-7", "NIST SP 800-40r4 3.5.5", "HIPAA 164.308(a)(1)(ii)(B)", "ITIL 4 risk management", "ISO/IEC 27001:2022 A.5.3", "NIST SP 800-53r5 AC-5"]
package patchops.acceptance.approver_owner

deny contains {
	"path": ["spec", "approvers"],
	"message": $"{input.spec.owner} owns the risk and accepts it alone",
	"hint": "name another approver",
} if {
	{approver | some approver in input.spec.approvers} == {input.spec.owner}
}
