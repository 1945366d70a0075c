# METADATA
# title: What was tested is what was released
# description: A test that ended before the patch was released tested something else, such as a preview. What is installed later is not what was tested.
# scope: package
# schemas:
#   - input: schema.TestEvidence
# custom:
#   severity: warning
#   gate: document
#   controls: ["PCI DSS 4.0.1 6.5.1", "ISO/IEC 27001:2022 A.8.29", "NIST SP 800-53r5 CM-3(2)", "NIST SP 800-40r4 3.5.1", "ITIL 4 service validation and testing"]
package patchops.evidence.before_release

import data.patchops.lib.clients

deny contains {
	"path": ["spec", "patches", i],
	"message": $"patch \"{patch}\" was released at {data.documents.Patch._[patch].spec.releasedAt}, after the test ended at {input.spec.at}",
	"hint": "test what was released",
} if {
	some i, patch in input.spec.patches
	released := patchops.instant(data.documents.Patch._[patch].spec.releasedAt, "", "from")
	patchops.instant(input.spec.at, clients.zone(clients.of(input)), "until") < released
}
