# METADATA
# title: More may be down at once
# description: "With the change assets that stand in for each other may be down together, or before those they depend on."
# scope: package
# schemas:
#   - input: schema.change
# custom:
#   severity: warning
#   gate: change
#   controls: ["ISO/IEC 27001:2022 A.8.14", "NIST SP 800-40r4 3.5", "SOC 2 A1.2"]
package patchops.change.loosens_ha

import data.patchops.lib.loosening

deny contains {
	"path": ["loosened", i],
	"message": $"{told}",
	"hint": "have it approved by the owners of the service",
} if {
	some i, l in input.loosened
	l.about == "ha"
	told := loosening.told(l)
}
