# METADATA
# title: The canary is small
# description: The first of several waves takes so many assets that a bad patch would already be an outage.
# scope: package
# schemas:
#   - input: schema.PatchPlan
# custom:
#   severity: warning
#   gate: document
#   controls: ["NIST SP 800-40r4 3.5.1", "NIST SP 800-53r5 CM-3(2)", "PCI DSS 4.0.1 6.5.1", "ITIL 4 release management"]
#   parameters:
#     percent: {type: integer, default: 25, tighter: lower}
package patchops.plan.canary_size

import data.patchops.lib.plans

deny contains {
	"path": ["spec", "waves", 0, "percent"],
	"message": $"the first wave takes {share} percent of the assets, at most {most} are wanted",
	"hint": "begin with fewer",
} if {
	most := data.parameters["plan/canary-size"].percent
	count(input.spec.waves) > 1
	count(plans.targets(input)) > 4
	share := input.spec.waves[0].percent
	share > most
}

deny contains {
	"path": ["spec", "waves", 0, "count"],
	"message": $"the first wave takes {first} of {size} assets of client \"{client}\", at most {most} percent are wanted",
	"hint": "begin with fewer",
} if {
	most := data.parameters["plan/canary-size"].percent
	count(input.spec.waves) > 1
	first := input.spec.waves[0].count
	some client, size in plans.sizes(input)
	size > 4
	first * 100 > most * size
}
