# METADATA
# title: Plans install something
# description: A plan without patches and bundles has no work, although it takes approvals and notices like any other.
# scope: package
# schemas:
#   - input: schema.PatchPlan
# custom:
#   severity: error
#   gate: document
#   controls: ["ITIL 4 change enablement", "ISO/IEC 27001:2022 A.8.32"]
package patchops.plan.no_patches

deny contains {
	"path": ["spec", "patches"],
	"message": "the plan names no patch and no bundle",
	"hint": "name patches or bundles",
} if {
	count(listed) == 0
}

listed contains patch if some patch in input.spec.patches

listed contains bundle if some bundle in input.spec.bundles
