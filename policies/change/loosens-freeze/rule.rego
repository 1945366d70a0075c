# METADATA
# title: A freeze is lifted or loosened
# description: "With the change a freeze is gone, shorter, binds less, or lets more pass. Whoever keeps the freeze should know."
# scope: package
# schemas:
#   - input: schema.change
# custom:
#   severity: warning
#   gate: change
#   controls: ["ISO/IEC 27001:2022 A.8.32", "PCI DSS 4.0.1 6.5.1", "ITIL 4 change enablement"]
package patchops.change.loosens_freeze

import data.patchops.lib.loosening

deny contains {
	"path": ["loosened", i],
	"message": $"{told}",
	"hint": "have it approved by those who keep the freeze, or leave the freeze as it is",
} if {
	some i, l in input.loosened
	l.about == "freeze"
	told := loosening.told(l)
}
