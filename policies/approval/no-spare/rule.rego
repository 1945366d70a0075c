# METADATA
# title: Approvals do not hang on one person
# description: The group has exactly as many people as must approve. When one of them wrote the change, is ill or on leave, it cannot be merged.
# scope: package
# schemas:
#   - input: schema.ApprovalRule
# custom:
#   severity: note
#   gate: document
#   controls: ["ISO/IEC 27001:2022 A.5.2", "ISO/IEC 27001:2022 A.5.29", "NIST SP 800-53r5 CP-2", "ITIL 4 change enablement"]
package patchops.approval.no_spare

import data.patchops.lib.approvals
import data.patchops.lib.people

deny contains {
	"path": ["spec", "require"],
	"message": $"all {wanted} people of group \"{group}\" must approve, so nobody of them can be the author or away",
	"hint": "add people to the group, or let another group stand in with any",
} if {
	not input.spec.exclude == []
	not approvals.choice(input.spec.require)
	some group, wanted in approvals.groups(input.spec.require)
	count(people.live(group)) == wanted
}
