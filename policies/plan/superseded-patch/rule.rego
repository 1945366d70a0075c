# METADATA
# title: Superseded patches are left out
# description: Another patch of the same plan contains this one, so it is downloaded, approved and reported for nothing.
# scope: package
# schemas:
#   - input: schema.PatchPlan
# custom:
#   severity: warning
#   gate: document
#   controls: ["NIST SP 800-40r4 2.3.1", "CIS Controls v8.1 7.2", "ITIL 4 release management"]
package patchops.plan.superseded_patch

import data.patchops.lib.plans

deny contains {
	"path": ["spec", field, i],
	"message": $"patch \"{name}\" is contained in \"{newer}\", which the plan installs too",
	"hint": $"leave {name} out",
} if {
	some newer, patch in plans.patches(input)
	some name in patch.supersedes
	some [field, i] in plans.places(input, name)
}
