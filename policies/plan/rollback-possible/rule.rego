# METADATA
# title: Automatic rollback has something to go back to
# description: Hosts are to go back by themselves, but there is no snapshot, no package manager that could downgrade, and no rollback step. A failure stays where it is.
# scope: package
# schemas:
#   - input: schema.PatchPlan
# custom:
#   severity: warning
#   gate: document
#   controls: ["PCI DSS 4.0.1 6.5.1", "NIST SP 800-53r5 CP-10", "ISO/IEC 27001:2022 A.8.32", "ITIL 4 release management"]
package patchops.plan.rollback_possible

import data.patchops.lib.plans

deny contains {
	"path": ["spec", "rollback", "auto"],
	"message": $"hosts with profile \"{name}\" cannot go back by themselves",
	"hint": "require a snapshot, or give the profile a rollback step",
} if {
	input.spec.rollback.auto
	not snapshots
	some name in {data.assets[target.client][target.asset].profile | some target in plans.targets(input)}
	profile := data.documents.ExecutorProfile._[name].spec
	not profile.package
	not profile.steps.rollback
}

snapshots if input.spec.snapshot.mode in {"required", "bestEffort"}
