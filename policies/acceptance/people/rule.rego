# METADATA
# title: Those who answer are still there
# description: The owner of an accepted risk watches it, and its approvers answer for it. One of them is no longer active, or is a program.
# scope: package
# schemas:
#   - input: schema.RiskAcceptance
# custom:
#   severity: warning
#   gate: document
#   controls: ["ISO/IEC 27001:2022 A.5.2", "NIST SP 800-53r5 PM-4", "PCI DSS 4.0.1 12.3.1", "ITIL 4 risk management"]
package patchops.acceptance.people

import data.patchops.lib.clients
import data.patchops.lib.moment
import data.patchops.lib.people

deny contains {
	"path": ["spec", "owner"],
	"message": $"\"{owner}\" owns the risk and is not an active person",
	"hint": "name somebody who answers for it now",
} if {
	owner := input.spec.owner
	lost(owner)
}

deny contains {
	"path": ["spec", "approvers", i],
	"message": $"\"{approver}\" accepts the risk and is not an active person",
	"hint": "have it accepted by somebody who is",
} if {
	some i, approver in input.spec.approvers
	lost(approver)
}

lost(name) if {
	data.documents.Person._[name]
	not people.counts(name)
	not moment.over(input.spec.expires, clients.zone(input.metadata.client))
}
