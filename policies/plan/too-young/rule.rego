# METADATA
# title: Patches are old enough before the deadline
# description: A patch of the plan reaches the plan's own minimum age only after the deadline, so it can never be installed by it.
# scope: package
# schemas:
#   - input: schema.PatchPlan
# custom:
#   severity: error
#   gate: document
#   controls: ["NIST SP 800-53r5 SI-2", "PCI DSS 4.0.1 6.3.3", "ITIL 4 change enablement"]
package patchops.plan.too_young

import data.patchops.lib.moment
import data.patchops.lib.plans

deny contains {
	"path": ["spec", field, i],
	"message": $"patch \"{name}\" of {released} is {input.spec.minimumAge} old only after the deadline {input.spec.deadline}",
	"hint": "move the deadline, or leave the patch to the next plan",
} if {
	some released in young
	some name in plans.since(input, "releasedAt", released)
	some [field, i] in plans.places(input, name)
}

# young is the days of release from which the minimum age ends too late.
young contains released if {
	age := patchops.seconds(input.spec.minimumAge) * moment.second
	deadline := plans.deadline(input)
	some released, at in plans.released(input)
	at + age >= deadline
}
