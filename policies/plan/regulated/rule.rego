# METADATA
# title: Regulated systems get critical patches in time
# description: Systems in the scope of PCI DSS must have patches for critical vulnerabilities within a month of their release, whatever an SLA says.
# scope: package
# schemas:
#   - input: schema.PatchPlan
# custom:
#   severity: error
#   gate: document
#   controls: ["PCI DSS 4.0.1 6.3.3", "PCI DSS 4.0.1 6.3.1", "NIST SP 800-53r5 SI-2(3)", "CIS Controls v8.1 7.7"]
#   parameters:
#     within: {type: duration, default: P30D, tighter: lower}
#     scopes: {type: strings, default: [pci-dss], tighter: higher}
package patchops.plan.regulated

import data.patchops.lib.clients
import data.patchops.lib.moment
import data.patchops.lib.plans

parameters := data.parameters["plan/regulated"]

deny contains {
	"path": ["spec", "deadline"],
	"message": $"critical patch \"{name}\" of {patch.releasedAt} must be on regulated systems within {parameters.within}, the deadline {input.spec.deadline} is later",
	"hint": "move the deadline forward, or plan the regulated systems apart",
} if {
	some [_, _, name, patch] in plans.named(input)
	patch.severity == "critical"
	due := patchops.instant(patch.releasedAt, "UTC", "from") + (patchops.seconds(parameters.within) * moment.second)
	due > moment.now
	plans.deadline(input) > due
	regulated
}

regulated if {
	some target in plans.targets(input)
	some scope in data.assets[target.client][target.asset].complianceScopes
	scope in parameters.scopes
}

regulated if {
	some client in plans.served(input)
	some scope in clients.spec(client).complianceScopes
	scope in parameters.scopes
}
