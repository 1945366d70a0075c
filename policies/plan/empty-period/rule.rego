# METADATA
# title: Plans have time between start and deadline
# description: The earliest start lies after the deadline, so nothing can ever start.
# scope: package
# schemas:
#   - input: schema.PatchPlan
# custom:
#   severity: error
#   gate: document
#   controls: ["ISO/IEC 27001:2022 A.8.32", "NIST SP 800-53r5 CM-3", "ITIL 4 change enablement"]
package patchops.plan.empty_period

import data.patchops.lib.plans

deny contains {
	"path": ["spec", "notBefore"],
	"message": $"the earliest start {input.spec.notBefore} is not before the deadline {input.spec.deadline}",
	"hint": "set notBefore before the deadline",
} if {
	patchops.instant(input.spec.notBefore, plans.zone(input), "from") >= plans.deadline(input)
}
