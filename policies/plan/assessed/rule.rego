# METADATA
# title: Standard changes install approved patches
# description: A standard change goes without being judged each time because its patches were. Each of them needs an assessment that approved it and that still holds.
# scope: package
# schemas:
#   - input: schema.PatchPlan
# custom:
#   severity: error
#   gate: document
#   controls: ["PCI DSS 4.0.1 6.3.1", "PCI DSS 4.0.1 6.5.1", "NIST SP 800-40r4 2.3.1", "NIST SP 800-53r5 CM-4", "ISO/IEC 27001:2022 A.8.8", "CIS Controls v8.1 7.2", "ITIL 4 change enablement"]
package patchops.plan.assessed

import data.patchops.lib.moment
import data.patchops.lib.plans

deny contains {
	"path": ["spec", field, i],
	"message": $"patch \"{name}\" of a standard change is not approved, its assessment says {decision}",
	"hint": "assess the patch, or make it a normal change",
} if {
	input.spec.changeType == "standard"
	some name in open
	decision := said(object.get(plans.patches(input)[name], "assessment", {}))
	some [field, i] in plans.places(input, name)
}

deny contains {
	"path": ["spec", "patches", i],
	"message": $"package \"{patch.package}\" is written into a standard change, so nobody assessed it",
	"hint": "write a Patch with an assessment, or make it a normal change",
} if {
	input.spec.changeType == "standard"
	some i, patch in input.spec.patches
	patch.package
}

# open is the patches that are not approved now.
open contains name if {
	some name, patch in plans.patches(input)
	object.get(patch, ["assessment", "decision"], "nothing") != "approved" # mutation: equivalent any other word does
}

open contains name if {
	some name, patch in plans.patches(input)
	moment.over(patch.assessment.until, "UTC")
}

lapsed(assessment) if moment.over(assessment.until, "UTC")

said(assessment) := $"{assessment.decision} until {assessment.until}" if lapsed(assessment)

else := object.get(assessment, "decision", "nothing")
