# METADATA
# title: Waves reach every asset
# description: Together the waves must take every selected asset. One that no wave takes stays unpatched while the plan counts as done.
# scope: package
# schemas:
#   - input: schema.PatchPlan
# custom:
#   severity: error
#   gate: document
#   controls: ["PCI DSS 4.0.1 6.3.3", "CIS Controls v8.1 7.3", "NIST SP 800-53r5 SI-2", "ITIL 4 release management"]
package patchops.plan.waves_reach_all

import data.patchops.lib.plans
import data.patchops.lib.selectors

deny contains {
	"path": ["spec", "waves"],
	"message": $"the waves do not reach all {count(plans.targets(input))} assets",
	"hint": "end with a wave of percent 100",
} if {
	not whole
	sizes := plans.sizes(input)
	left := [target |
		some target in plans.targets(input)
		not taken(target, sizes[target.client])
	]
	count(left) > 0
}

whole if {
	some wave in input.spec.waves
	wave.percent == 100
}

taken(_, size) if {
	some wave in input.spec.waves
	wave.count >= size
}

taken(target, _) if {
	some wave in input.spec.waves
	patchops.matches(wave.selector, data.assets[target.client][target.asset])
}

# What a selector asks of the client or the site is the schedule's to judge.
taken(_, _) if {
	some wave in input.spec.waves
	selectors.foreign(wave.selector)
}
