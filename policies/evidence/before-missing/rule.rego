# METADATA
# title: The failure was seen before the patch
# description: A test that passes after the patch proves little when nobody saw it fail before. It may never have been able to fail.
# scope: package
# schemas:
#   - input: schema.TestEvidence
# custom:
#   severity: note
#   gate: document
#   controls: ["PCI DSS 4.0.1 6.5.1", "ISO/IEC 27001:2022 A.8.29", "NIST SP 800-53r5 CM-3(2)", "NIST SP 800-40r4 3.5.1", "ITIL 4 service validation and testing", "ITIL 4 problem management"]
package patchops.evidence.before_missing

import data.patchops.lib.clients

deny contains {
	"path": ["spec", "problemRef"],
	"message": $"no test by \"{input.spec.procedureRef}\" shows problem \"{problem}\" before the patch",
	"hint": "run the test without the patch too, and add the evidence",
} if {
	problem := input.spec.problemRef
	input.spec.phase == "after"
	input.spec.result == "pass"
	not seen(problem)
}

client := clients.of(input)

seen(problem) if {
	some other in data.documents.TestEvidence[client]
	other.spec.problemRef == problem
	other.spec.procedureRef == input.spec.procedureRef
	other.spec.phase == "before"
	other.spec.result == "fail"
}
