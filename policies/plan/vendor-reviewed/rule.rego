# METADATA
# title: Standard changes install reviewed patches
# description: A patch of a standard change was reviewed and tried before clients get it. One whose review is missing, pending or failed is not for a change that nobody judges each time.
# scope: package
# schemas:
#   - input: schema.PatchPlan
# custom:
#   severity: error
#   gate: document
#   controls: ["NIST SP 800-40r4 2.3.1", "NIST SP 800-53r5 CM-3(2)", "PCI DSS 4.0.1 6.5.1", "ISO/IEC 27001:2022 A.8.29", "ITIL 4 service validation and testing"]
package patchops.plan.vendor_reviewed

import data.patchops.lib.plans

deny contains {
	"path": ["spec", field, i],
	"message": $"patch \"{name}\" of a standard change is not reviewed, its vendorReview is {state}",
	"hint": "review the patch, or make it a normal change",
} if {
	input.spec.changeType == "standard"
	some name, patch in plans.patches(input)
	state := object.get(patch, ["vendorReview", "state"], "missing")
	state != "passed"
	some [field, i] in plans.places(input, name)
}
