# METADATA
# title: Critical systems have a way back
# description: For the most critical systems a plan needs a way back that holds. Either a snapshot is required before the installation, or the plan says what is done instead.
# scope: package
# schemas:
#   - input: schema.PatchPlan
# custom:
#   severity: error
#   gate: document
#   controls: ["PCI DSS 4.0.1 6.5.1", "NIST SP 800-53r5 CP-9", "NIST SP 800-53r5 CM-3", "ISO/IEC 27001:2022 A.8.32", "HIPAA 164.308(a)(7)(ii)(A)", "ITIL 4 change enablement"]
#   parameters:
#     tier: {type: integer, default: 0, tighter: higher}
package patchops.plan.way_back

import data.patchops.lib.plans

deny contains {
	"path": ["spec", "snapshot", "mode"],
	"message": $"{count(critical)} assets of tier {highest} are patched without a required snapshot and without a back-out plan",
	"hint": "set snapshot.mode to required, or write a backoutPlan",
} if {
	highest := data.parameters["plan/way-back"].tier
	not input.spec.snapshot.mode == "required"
	not input.spec.backoutPlan
	critical := [target |
		some target in plans.targets(input)
		data.assets[target.client][target.asset].tier <= highest
	]
	count(critical) > 0
}
