# METADATA
# title: A test that says nothing is done again
# description: An inconclusive test is no pass. As long as no later test of the patch by the same procedure came out, nobody knows whether it works.
# scope: package
# schemas:
#   - input: schema.TestEvidence
# custom:
#   severity: warning
#   gate: document
#   controls: ["PCI DSS 4.0.1 6.5.1", "ISO/IEC 27001:2022 A.8.29", "NIST SP 800-53r5 CM-3(2)", "NIST SP 800-40r4 3.5.1", "ITIL 4 service validation and testing"]
package patchops.evidence.inconclusive

import data.patchops.lib.clients

deny contains {
	"path": ["spec", "patches", i],
	"message": $"the test of patch \"{patch}\" came out inconclusive, and none after it by \"{input.spec.procedureRef}\" says more",
	"hint": "find out why it says nothing, and test again",
} if {
	input.spec.result == "inconclusive"
	some i, patch in input.spec.patches
	not settled(patch)
}

client := clients.of(input)

# settled holds when a later test of the patch came out.
settled(patch) if {
	some other in data.documents.TestEvidence[client]
	other.spec.result != "inconclusive"
	other.spec.procedureRef == input.spec.procedureRef
	patch in other.spec.patches
	patchops.instant(other.spec.at, "", "from") > patchops.instant(input.spec.at, "", "from")
}
