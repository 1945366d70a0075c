# METADATA
# title: Every choice is one
# description: The rule lets one of several groups decide, and one of them is too small to ever do so. Those who rely on it to stand in find out when it matters.
# scope: package
# schemas:
#   - input: schema.ApprovalRule
# custom:
#   severity: warning
#   gate: document
#   controls: ["ISO/IEC 27001:2022 A.5.2", "NIST SP 800-53r5 CM-3", "ITIL 4 change enablement"]
package patchops.approval.dead_choice

import data.patchops.lib.approvals
import data.patchops.lib.people

deny contains {
	"path": ["spec", "require", "any", i],
	"message": $"{leaf.count} people of group \"{leaf.group}\" are wanted, {able} may approve, so this choice is none",
	"hint": "want fewer, add active people to the group, or leave the choice out",
} if {
	some ["any", i, leaf] in approvals.below(input.spec.require)
	able := count(people.live(leaf.group))
	able < leaf.count
	not approvals.choice(input.spec.require.any[i])
}
