# METADATA
# title: Emergencies only where agreed
# description: An emergency goes with less notice and less testing. It is for clients whose agreement allows that.
# scope: package
# schemas:
#   - input: schema.PatchPlan
# custom:
#   severity: error
#   gate: document
#   controls: ["NIST SP 800-40r4 3.5.2", "PCI DSS 4.0.1 12.8.2", "ISO/IEC 27001:2022 A.5.20", "ITIL 4 change enablement"]
package patchops.plan.emergency_agreed

import data.patchops.lib.agreements
import data.patchops.lib.plans

deny contains {
	"path": ["spec", "changeType"],
	"message": $"the agreement of client \"{client}\" does not allow emergencies",
	"hint": "make it a normal change for this client, or agree on emergencies",
} if {
	input.spec.changeType == "emergency"
	some client in plans.served(input)
	agreements.spec(client).emergency.allowed == false
}
