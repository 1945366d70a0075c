# METADATA
# title: The most critical systems are no canary
# description: A canary is what may break. A first wave whose selector takes assets of tier 0 tries the patch on the systems that must never break.
# scope: package
# schemas:
#   - input: schema.PatchPlan
# custom:
#   severity: error
#   gate: document
#   controls: ["NIST SP 800-40r4 3.5.1", "NIST SP 800-53r5 CM-4", "ISO/IEC 27001:2022 A.8.32", "ITIL 4 release management"]
package patchops.plan.tier_zero_canary

import data.patchops.lib.plans
import data.patchops.lib.selectors

deny contains {
	"path": ["spec", "waves", 0, "selector"],
	"message": $"the first wave takes asset \"{asset.name}\" of tier 0",
	"hint": "select less critical assets for the first wave",
} if {
	count(input.spec.waves) > 1
	count(plans.targets(input)) > 4
	selector := input.spec.waves[0].selector
	some target in plans.targets(input)
	asset := data.assets[target.client][target.asset]
	asset.tier == 0
	selectors.takes(selector, asset)
}
