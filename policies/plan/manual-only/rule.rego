# METADATA
# title: Manual systems go by hand
# description: The agreement says that only a technician patches this asset. An automated plan leaves it out, so a manual plan must take it.
# scope: package
# schemas:
#   - input: schema.PatchPlan
# custom:
#   severity: warning
#   gate: document
#   controls: ["ISO/IEC 27001:2022 A.5.20", "PCI DSS 4.0.1 6.5.1", "ITIL 4 change enablement"]
package patchops.plan.manual_only

import data.patchops.lib.agreements
import data.patchops.lib.plans
import data.patchops.lib.selectors

deny contains {
	"path": ["spec", "mode"],
	"message": $"asset \"{target.asset}\" of client \"{target.client}\" is patched by hand only, the plan is automated",
	"hint": "exclude it here and take it into a plan with mode manual",
} if {
	not input.spec.mode == "manual"
	some client in plans.served(input)
	selector := agreements.spec(client).manualOnly
	some target in plans.targets(input)
	target.client == client
	selectors.takes(selector, data.assets[client][target.asset])
}
