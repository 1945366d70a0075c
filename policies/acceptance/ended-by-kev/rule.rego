# METADATA
# title: An acceptance ended because attackers use the hole
# description: The acceptance says that it ends when what it covers is listed as exploited, and it is. The work is due, whatever `expires` says.
# scope: package
# schemas:
#   - input: schema.RiskAcceptance
# custom:
#   severity: warning
#   gate: document
#   controls: ["ISO/IEC 27001:2022 6.1.3", "NIST SP 800-53r5 RA-7", "NIST SP 800-40r4 3.5.5", "HIPAA 164.308(a)(1)(ii)(B)", "ITIL 4 risk management", "CIS Controls v8.1 7.7", "NIST SP 800-53r5 SI-5"]
package patchops.acceptance.ended_by_kev

import data.patchops.lib.exploited

deny contains {
	"path": ["spec", "expireOnKEV"],
	"message": $"the acceptance ended, for patch \"{name}\" closes what is exploited since {data.documents.Patch._[name].spec.kev.addedAt}",
	"hint": "install the patch and remove the acceptance",
} if {
	input.spec.expireOnKEV
	some name in exploited.now(input.spec.scope)
}
