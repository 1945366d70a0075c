# METADATA
# title: Evidence is of tests that were run
# description: A test that ends in the future was not run. Evidence of it lets a plan pass its canary on the word of nobody.
# scope: package
# schemas:
#   - input: schema.TestEvidence
# custom:
#   severity: error
#   gate: document
#   controls: ["PCI DSS 4.0.1 6.5.1", "ISO/IEC 27001:2022 A.8.29", "NIST SP 800-53r5 CM-3(2)", "NIST SP 800-40r4 3.5.1", "ITIL 4 service validation and testing"]
package patchops.evidence.future

import data.patchops.lib.clients
import data.patchops.lib.moment

deny contains {
	"path": ["spec", "at"],
	"message": $"the test ends at {input.spec.at}, which has not come yet",
	"hint": "add the evidence when the test was run",
} if {
	not moment.begun(input.spec.at, clients.zone(clients.of(input)))
}
