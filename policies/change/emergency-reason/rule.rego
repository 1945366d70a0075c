# METADATA
# title: Approvals of emergencies say why
# description: "An emergency skips waiting. Whoever approves it says why it could not wait, for those who review it afterwards."
# scope: package
# schemas:
#   - input: schema.change
# custom:
#   severity: warning
#   gate: change
#   controls: ["NIST SP 800-53r5 CM-3", "ISO/IEC 27001:2022 A.8.32", "ITIL 4 change enablement", "PCI DSS 4.0.1 6.5.1"]
package patchops.change.emergency_reason

import data.patchops.lib.changes

deny contains {
	"path": ["approvals", i],
	"message": $"{who} approved an emergency without a reason",
	"hint": "approve it again with --reason",
} if {
	count(changes.emergencies(input)) > 0
	some i in changes.yes(input)
	not input.approvals[i].reason
	who := input.approvals[i].person
}
