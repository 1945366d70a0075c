# METADATA
# title: Somebody else agreed to a change
# description: "Those whose work a change is are no second pair of eyes. Where a rule counts them, somebody else should agree too."
# scope: package
# schemas:
#   - input: schema.change
# custom:
#   severity: warning
#   gate: change
#   controls: ["PCI DSS 4.0.1 6.5.1", "ISO/IEC 27001:2022 A.5.3", "NIST SP 800-53r5 AC-5", "NIST SP 800-53r5 CM-5"]
package patchops.change.sole_approver

import data.patchops.lib.changes

deny contains {
	"path": ["approvals", i],
	"message": $"{who}, whose work it is, approved the change, and nobody else did",
	"hint": "ask somebody else for an approval",
} if {
	said := changes.yes(input)
	count({k | some k in said; not input.approvals[k].person in changes.workers(input)}) == 0
	some i in said
	who := input.approvals[i].person
}
