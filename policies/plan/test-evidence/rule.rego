# METADATA
# title: Later waves wait for test evidence
# description: No wave after the canary starts before a test passed for each patch. This tells which patches still have none, so that the tests are not forgotten.
# scope: package
# schemas:
#   - input: schema.PatchPlan
# custom:
#   severity: warning
#   gate: document
#   controls: ["PCI DSS 4.0.1 6.5.1", "NIST SP 800-53r5 CM-3(2)", "NIST SP 800-40r4 2.3.1", "ISO/IEC 27001:2022 A.8.29", "ITIL 4 service validation and testing"]
package patchops.plan.test_evidence

import data.patchops.lib.plans

deny contains {
	"path": ["spec", field, i],
	"message": $"no test of patch \"{name}\" has passed, wave \"{second}\" waits for one",
	"hint": "name a TestEvidence with result pass in testEvidenceRefs",
} if {
	second := input.spec.waves[1].name
	some name in (plans.named(input) - tested)
	some [field, i] in plans.places(input, name)
}

# tested is the patches of tests that passed with the patch in place.
tested contains name if {
	some ref in input.spec.testEvidenceRefs
	evidence := plans.evidence(input, ref)
	evidence.result == "pass"
	not evidence.phase == "before"
	some name in evidence.patches
}
