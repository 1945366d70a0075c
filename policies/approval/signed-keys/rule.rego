# METADATA
# title: Signed approvals need keys
# description: Only approvals signed with the approver's own key count by this rule, and too few people of a group have one. Nothing that the rule matches is ever merged.
# scope: package
# schemas:
#   - input: schema.ApprovalRule
# custom:
#   severity: error
#   gate: document
#   controls: ["PCI DSS 4.0.1 8.2.1", "NIST SP 800-53r5 IA-2", "NIST SP 800-53r5 AU-10", "HIPAA 164.312(d)", "ISO/IEC 27001:2022 A.5.17", "ITIL 4 change enablement"]
package patchops.approval.signed_keys

import data.patchops.lib.approvals
import data.patchops.lib.people

deny contains {
	"path": ["spec", "signed"],
	"message": $"{wanted} people of group \"{group}\" must sign, {able} of them have a signing key",
	"hint": "add their signingKeys, or let unsigned approvals count",
} if {
	input.spec.signed
	not approvals.choice(input.spec.require)
	some group, wanted in approvals.groups(input.spec.require)
	live := people.live(group)
	able := count({name | some name in live; signs(name)})
	able < wanted
	count(live) >= wanted
}

signs(name) if count(data.documents.Person._[name].spec.signingKeys) > 0
