# METADATA
# title: Policies and schemas take two people to change
# description: Who may change policies and schemas decides what is found and what is not. One approval is enough by this rule and no other asks for more, although more people could be asked.
# scope: package
# schemas:
#   - input: schema.ApprovalRule
# custom:
#   severity: warning
#   gate: document
#   controls: ["PCI DSS 4.0.1 6.5.1", "PCI DSS 4.0.1 7.2.1", "ISO/IEC 27001:2022 A.5.3", "NIST SP 800-53r5 AC-5", "NIST SP 800-53r5 CM-5"]
package patchops.approval.code_single

import data.patchops.lib.approvals
import data.patchops.lib.people

deny contains {
	"path": ["spec", "require"],
	"message": $"one person's approval changes {folder}, which decides what is an error",
	"hint": "ask for a second person",
} if {
	count([name | some name, _ in data.documents.Person._; people.counts(name)]) > 2
	some folder in approvals.folders(input)
	not stricter(folder)
}

# stricter holds for a folder for which some rule, this one or another, asks more
# people: every rule that matches must be satisfied.
stricter(folder) if {
	some rule in data.documents.ApprovalRule._
	folder in approvals.folders(rule)
	not approvals.single(rule.spec.require)
}
