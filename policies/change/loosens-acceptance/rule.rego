# METADATA
# title: More risk is accepted
# description: "With the change a risk is accepted anew, for longer or for more. It waives nothing in this change itself."
# scope: package
# schemas:
#   - input: schema.change
# custom:
#   severity: note
#   gate: change
#   controls: ["ISO/IEC 27001:2022 A.8.8", "NIST SP 800-40r4 3.4", "PCI DSS 4.0.1 12.3.1"]
package patchops.change.loosens_acceptance

import data.patchops.lib.loosening

deny contains {
	"path": ["loosened", i],
	"message": $"{told}",
	"hint": "have it approved by the owners of the risk",
} if {
	some i, l in input.loosened
	l.about == "acceptance"
	told := loosening.told(l)
}
