# METADATA
# title: Less is promised to a client
# description: "With the change an agreement promises the client less: shorter notice, more at once, a higher cap, fewer blackouts, emergencies."
# scope: package
# schemas:
#   - input: schema.change
# custom:
#   severity: warning
#   gate: change
#   controls: ["ISO/IEC 27001:2022 A.5.20", "ITIL 4 service level management", "SOC 2 CC2.3"]
package patchops.change.loosens_agreement

import data.patchops.lib.loosening

deny contains {
	"path": ["loosened", i],
	"message": $"{told}",
	"hint": "attach the consent of the client, or leave the agreement as it is",
} if {
	some i, l in input.loosened
	l.about == "agreement"
	told := loosening.told(l)
}
