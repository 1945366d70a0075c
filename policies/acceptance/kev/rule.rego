# METADATA
# title: What attackers use is decided anew
# description: The risk was accepted before the vulnerability was listed as exploited. Attackers use it now, so the old decision was about another risk.
# scope: package
# schemas:
#   - input: schema.RiskAcceptance
# custom:
#   severity: error
#   gate: document
#   controls: ["ISO/IEC 27001:2022 6.1.3", "NIST SP 800-53r5 RA-7", "NIST SP 800-40r4 3.5.5", "HIPAA 164.308(a)(1)(ii)(B)", "ITIL 4 risk management", "PCI DSS 4.0.1 6.3.1", "CIS Controls v8.1 7.7", "NIST SP 800-53r5 SI-5"]
package patchops.acceptance.kev

import data.patchops.lib.clients
import data.patchops.lib.exploited
import data.patchops.lib.moment

deny contains {
	"path": ["spec", "approvedAt"],
	"message": $"patch \"{name}\" closes what is exploited since {data.documents.Patch._[name].spec.kev.addedAt}, after the risk was accepted",
	"hint": "install it, or accept the risk anew and set approvedAt",
} if {
	not input.spec.expireOnKEV
	zone := clients.zone(input.metadata.client)
	not moment.over(input.spec.expires, zone)
	some name in exploited.now(input.spec.scope)
	exploited.listed(name) >= patchops.instant(input.spec.approvedAt, zone, "until")
}
