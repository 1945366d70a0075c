# METADATA
# title: Programs do not approve
# description: A bot contributes and never approves. As a member of a group that approval rules name it makes the group look larger than it is.
# scope: package
# schemas:
#   - input: schema.Group
# custom:
#   severity: warning
#   gate: document
#   controls: ["ISO/IEC 27001:2022 A.5.3", "ISO/IEC 27001:2022 A.5.16", "NIST SP 800-53r5 AC-5", "PCI DSS 4.0.1 8.2.1"]
package patchops.approval.bot_in_group

import data.patchops.lib.approvals
import data.patchops.lib.people

deny contains {
	"path": ["spec", "members", i],
	"message": $"\"{member}\" is a bot, whose approval never counts",
	"hint": "take it out of the group",
} if {
	some i, member in input.spec.members
	people.program(member)
	some rule in data.documents.ApprovalRule._
	some group, _ in approvals.groups(rule.spec.require)
	group == input.metadata.name
}
