# METADATA
# title: Approvers and owners are still there
# description: An acceptance is the word of people. When its owner or an approver has left, or is a program, nobody stands by it and nobody can renew it.
# scope: package
# schemas:
#   - input: schema.RiskAcceptance
# custom:
#   severity: warning
#   gate: document
#   controls: ["ISO/IEC 27001:2022 6.1.3", "NIST SP 800-53r5 RA-7", "NIST SP 800-40r4 3.5.5", "HIPAA 164.308(a)(1)(ii)(B)", "ITIL 4 risk management", "ISO/IEC 27001:2022 A.5.2"]
package patchops.acceptance.approvers

import data.patchops.lib.people

deny contains {
	"path": ["spec", "approvers", i],
	"message": $"approver {name} is no active person",
	"hint": "let somebody decide who is still there",
} if {
	some i, name in input.spec.approvers
	not people.counts(name)
}

deny contains {
	"path": ["spec", "owner"],
	"message": $"{name} owns the risk and is no active person",
	"hint": "name a person who answers for it",
} if {
	name := input.spec.owner
	not people.counts(name)
}
