# METADATA
# title: Notice leaves time for the due dates
# description: A notice lead as long as the time in which a patch must be in cannot be kept together with it. Every such patch would be late on the day it comes out.
# scope: package
# schemas:
#   - input: schema.ClientAgreement
# custom:
#   severity: warning
#   gate: document
#   controls: ["PCI DSS 4.0.1 6.3.3", "NIST SP 800-53r5 SI-2", "CIS Controls v8.1 7.2", "ITIL 4 service level management"]
package patchops.agreement.notice_sla

import data.patchops.lib.agreements
import data.patchops.lib.clients
import data.patchops.lib.sla

deny contains {
	"path": ["spec", "notice", "lead"],
	"message": $"a notice lead of {input.spec.notice.lead} leaves nothing of the {rule.within} in which SLAPolicy \"{name}\" wants patches to be in",
	"hint": $"agree on a lead shorter than {rule.within}, or on another SLAPolicy",
} if {
	client := input.metadata.client
	not clients.gone(client)
	not agreements.ended(client, input.spec)
	name := sla.name(input.spec)
	some rule in sla.rules(client, name)
	patchops.seconds(input.spec.notice.lead) >= patchops.seconds(rule.within)
}
