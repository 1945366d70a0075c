# METADATA
# title: Rules judge less strictly
# description: "With the change less is asked of changes: of who approves, of who counts as whom, of what rules refuse. The change itself is judged by the rules before it."
# scope: package
# schemas:
#   - input: schema.change
# custom:
#   severity: warning
#   gate: change
#   controls: ["ISO/IEC 27001:2022 A.5.3", "PCI DSS 4.0.1 6.5.1", "SOC 2 CC8.1", "NIST SP 800-53r5 CM-3"]
package patchops.change.loosens_rules

import data.patchops.lib.loosening

deny contains {
	"path": ["loosened", i],
	"message": $"{told}",
	"hint": "have it approved by the owners of the rules, apart from other work",
} if {
	some i, l in input.loosened
	l.about == "rules"
	told := loosening.told(l)
}
