# METADATA
# title: Rules take two people to change
# description: Who may change the people, the groups and the rules may approve everything. One approval is enough by this rule, although more people could be asked.
# scope: package
# schemas:
#   - input: schema.ApprovalRule
# custom:
#   severity: warning
#   gate: document
#   controls: ["PCI DSS 4.0.1 6.5.1", "PCI DSS 4.0.1 7.2.1", "ISO/IEC 27001:2022 A.5.3", "NIST SP 800-53r5 AC-5", "NIST SP 800-53r5 CM-5"]
package patchops.approval.rules_single

import data.patchops.lib.approvals
import data.patchops.lib.people

deny contains {
	"path": ["spec", "require"],
	"message": $"one person's approval changes {subject}, which decides who may approve",
	"hint": "ask for a second person",
} if {
	approvals.single(input.spec.require)
	count([name | some name, _ in data.documents.Person._; people.counts(name)]) > 2
	some subject in governed
}

# governed is what of the rules themselves this rule is for.
governed contains kind if {
	some kind in input.spec.match.kinds
	kind in {"Config", "Person", "Group", "ApprovalRule"}
}

governed contains path if {
	some path in input.spec.match.paths
	some root in ["patchops.yaml", "rules"]
	startswith(path, root)
}
