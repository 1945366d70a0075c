# METADATA
# title: Rules can be satisfied
# description: The rule wants more people of a group than the group has who may approve, so nothing that it matches is ever merged.
# scope: package
# schemas:
#   - input: schema.ApprovalRule
# custom:
#   severity: error
#   gate: document
#   controls: ["PCI DSS 4.0.1 6.5.1", "NIST SP 800-53r5 CM-3", "ISO/IEC 27001:2022 A.5.3", "ITIL 4 change enablement"]
package patchops.approval.quorum

import data.patchops.lib.approvals
import data.patchops.lib.people

deny contains {
	"path": ["spec", "require"],
	"message": $"{wanted} people of group \"{group}\" are wanted, {able} may approve",
	"hint": "want fewer, or add active people to the group",
} if {
	some group, wanted in approvals.groups(input.spec.require)
	able := count(people.live(group))
	able < wanted
	not optional
}

# optional holds for a tree with a choice, which others may satisfy.
optional if {
	walk(input.spec.require, [_, node])
	count(node.any) > 1
}
