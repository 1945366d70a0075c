# METADATA
# title: Declined patches are not installed
# description: Somebody decided not to install this patch, or not yet. A plan that installs it all the same goes past that decision.
# scope: package
# schemas:
#   - input: schema.PatchPlan
# custom:
#   severity: error
#   gate: document
#   controls: ["PCI DSS 4.0.1 6.5.1", "NIST SP 800-53r5 CM-3", "ISO/IEC 27001:2022 A.8.32", "ITIL 4 change enablement"]
package patchops.plan.declined_patch

import data.patchops.lib.moment
import data.patchops.lib.plans

deny contains {
	"path": ["spec", field, i],
	"message": $"patch \"{name}\" was {decision} by {by}",
	"hint": "leave it out, or have it assessed again",
} if {
	not input.spec.changeType == "standard"
	some name, patch in plans.patches(input)
	decision := patch.assessment.decision
	decision in {"declined", "deferred"}
	not lapsed(patch.assessment)
	by := patch.assessment.by
	some [field, i] in plans.places(input, name)
}

lapsed(assessment) if moment.over(assessment.until, "UTC")
