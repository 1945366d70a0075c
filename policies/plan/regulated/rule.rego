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

import data.patchops.lib.moment
import data.patchops.lib.plans

parameters := data.parameters["plan/regulated"]

deny contains {
	"path": ["spec", "deadline"],
	"message": $"critical patch \"{name}\" of {since} must be on regulated systems within {parameters.within}, the deadline {input.spec.deadline} is later",
	"hint": "move the deadline forward, or plan the regulated systems apart",
} if {
	count(foreseen) > 0 # mutation: equivalent only quicker: each day is looked up below
	some scope in parameters.scopes
	scope in plans.scopes(input)
	some name, patch in plans.patches(input)
	patch.severity == "critical"
	since := patch.releasedAt
	since in foreseen
}

# foreseen is the days of release whose time runs out before the deadline.
foreseen contains since if {
	within := patchops.seconds(parameters.within) * moment.second
	deadline := plans.deadline(input)
	some since, at in plans.released(input)
	due := at + within
	due > moment.now
	deadline > due
}
