# METADATA
# title: A test by hand was run by a person
# description: A program cannot run a test by hand. Evidence names a person who can say what was seen.
# scope: package
# schemas:
#   - input: schema.TestEvidence
# custom:
#   severity: warning
#   gate: document
#   controls: ["PCI DSS 4.0.1 6.5.1", "ISO/IEC 27001:2022 A.8.29", "NIST SP 800-53r5 CM-3(2)", "NIST SP 800-40r4 3.5.1", "ITIL 4 service validation and testing", "ISO/IEC 27001:2022 A.5.28"]
package patchops.evidence.tester

import data.patchops.lib.people

deny contains {
	"path": ["spec", "by"],
	"message": $"{tester} is a program and cannot have run a test by hand",
	"hint": "name the person who ran it, or write automated: true",
} if {
	tester := input.spec.by
	not input.spec.automated
	people.program(tester)
}
