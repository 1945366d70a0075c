# METADATA
# title: Patches may come later
# description: "With the change some due date is later or gone: a rule of an SLAPolicy, or what a Patch says of its own urgency."
# scope: package
# schemas:
#   - input: schema.change
# custom:
#   severity: warning
#   gate: change
#   controls: ["PCI DSS 4.0.1 6.3.3", "NIST SP 800-40r4 3.2", "ISO/IEC 27001:2022 A.8.8"]
package patchops.change.loosens_sla

import data.patchops.lib.loosening

deny contains {
	"path": ["loosened", i],
	"message": $"{told}",
	"hint": "have it approved by those who answer for due dates, or leave them as they are",
} if {
	some i, l in input.loosened
	l.about == "sla"
	told := loosening.told(l)
}
