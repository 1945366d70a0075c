# METADATA
# title: Exploited vulnerabilities keep the catalogue's date
# description: CISA lists this patch's vulnerability as exploited, with a day by which it should be mended. The plan may start after that day.
# scope: package
# schemas:
#   - input: schema.PatchPlan
# custom:
#   severity: warning
#   gate: document
#   controls: ["CISA BOD 22-01", "NIST SP 800-40r4 3.5.2", "CIS Controls v8.1 7.7", "PCI DSS 4.0.1 6.3.1"]
package patchops.plan.kev_due

import data.patchops.lib.moment
import data.patchops.lib.plans

deny contains {
	"path": ["spec", "deadline"],
	"message": $"patch \"{name}\" is listed as exploited and due on {due}, the deadline {input.spec.deadline} is later",
	"hint": "move the deadline forward",
} if {
	some name, patch in plans.patches(input)
	due := patch.kev.dueAt
	not moment.over(due, "UTC")
	plans.deadline(input) > patchops.instant(due, "UTC", "until")
}
