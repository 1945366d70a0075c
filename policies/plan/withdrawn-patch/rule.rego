# METADATA
# title: Withdrawn patches are not installed
# description: The vendor took this patch back. It is never installed by a plan, and hosts that have it are recalled.
# scope: package
# schemas:
#   - input: schema.PatchPlan
# custom:
#   severity: error
#   gate: document
#   controls: ["NIST SP 800-40r4 2.3.4", "NIST SP 800-53r5 SI-2", "ISO/IEC 27001:2022 A.8.8", "ITIL 4 release management"]
package patchops.plan.withdrawn_patch

import data.patchops.lib.moment
import data.patchops.lib.plans

deny contains {
	"path": ["spec", field, i],
	"message": $"patch \"{name}\" was withdrawn at {at}",
	"hint": "leave it out, or install what replaces it",
} if {
	some name, patch in plans.patches(input)
	at := patch.withdrawnAt
	moment.begun(at, "UTC")
	some [field, i] in plans.places(input, name)
}
