# METADATA
# title: Plans begin with a canary
# description: A patch that breaks hosts should break few of them. A plan for several assets in a single wave has nothing that tells before the rest is touched.
# scope: package
# schemas:
#   - input: schema.PatchPlan
# custom:
#   severity: warning
#   gate: document
#   controls: ["NIST SP 800-40r4 3.5.1", "NIST SP 800-53r5 CM-3(2)", "PCI DSS 4.0.1 6.5.1", "ISO/IEC 27001:2022 A.8.32", "ITIL 4 release management"]
#   parameters:
#     assets: {type: integer, default: 5, tighter: lower}
package patchops.plan.canary

import data.patchops.lib.plans

deny contains {
	"path": ["spec", "waves"],
	"message": $"{size} assets in a single wave, a canary is wanted from {least} on",
	"hint": "add a small wave before it",
} if {
	least := data.parameters["plan/canary"].assets
	count(input.spec.waves) == 1
	size := count(plans.targets(input))
	size >= least
}
