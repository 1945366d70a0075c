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
	some [field, i, name, patch] in plans.named(input)
	not approved(patch)
	decision := said(patch)
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

approved(patch) if {
	patch.assessment.decision == "approved"
	not lapsed(patch)
}

lapsed(patch) if moment.over(patch.assessment.until, "UTC")

said(patch) := $"{patch.assessment.decision} until {patch.assessment.until}" if {
	lapsed(patch)
} else := decision if {
	decision := patch.assessment.decision
} else := "nothing"
