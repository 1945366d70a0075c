# METADATA
# title: Failed tests stop a plan
# description: A test that the plan itself refers to failed with the patch in place. Installing the patch everywhere goes against the plan's own evidence.
# scope: package
# schemas:
#   - input: schema.PatchPlan
# custom:
#   severity: error
#   gate: document
#   controls: ["PCI DSS 4.0.1 6.5.1", "NIST SP 800-53r5 CM-3(2)", "ISO/IEC 27001:2022 A.8.29", "ITIL 4 service validation and testing"]
package patchops.plan.failed_evidence

import data.patchops.lib.plans

deny contains {
	"path": ["spec", "testEvidenceRefs", i],
	"message": $"test \"{ref}\" of this plan failed",
	"hint": "mend what failed and test again, or leave the patch out",
} if {
	some i, ref in input.spec.testEvidenceRefs
	evidence := plans.evidence(input, ref)
	evidence.result == "fail"
	not evidence.phase == "before"
}
