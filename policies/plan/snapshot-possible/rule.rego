# METADATA
# title: Required snapshots can be taken
# description: The plan requires a snapshot and the asset says that none can be taken of it, so it is never placed.
# scope: package
# schemas:
#   - input: schema.PatchPlan
# custom:
#   severity: warning
#   gate: document
#   controls: ["NIST SP 800-53r5 CP-9", "PCI DSS 4.0.1 6.5.1", "ISO/IEC 27001:2022 A.8.13", "ITIL 4 change enablement"]
package patchops.plan.snapshot_possible

import data.patchops.lib.plans

deny contains {
	"path": ["spec", "snapshot", "mode"],
	"message": $"a snapshot is required and asset \"{target.asset}\" of client \"{target.client}\" cannot have one",
	"hint": "leave the asset to a plan without snapshots",
} if {
	input.spec.snapshot.mode == "required"
	some target in plans.targets(input)
	data.assets[target.client][target.asset].snapshot == false
}
