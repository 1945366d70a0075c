# METADATA
# title: What people tested can be read again
# description: A test that a person ran is that person's word. With the digest of its protocol it can be shown that the record is the one that was written then.
# scope: package
# schemas:
#   - input: schema.TestEvidence
# custom:
#   severity: note
#   gate: document
#   controls: ["PCI DSS 4.0.1 6.5.1", "ISO/IEC 27001:2022 A.8.29", "NIST SP 800-53r5 CM-3(2)", "NIST SP 800-40r4 3.5.1", "ITIL 4 service validation and testing", "ISO/IEC 27001:2022 A.5.28"]
package patchops.evidence.protocol

deny contains {
	"path": ["spec", "automated"],
	"message": "the test was run by hand and no digest names its protocol",
	"hint": "keep the protocol and add its digest",
} if {
	not input.spec.automated
	not input.spec.digest
}
