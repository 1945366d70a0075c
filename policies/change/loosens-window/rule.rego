# METADATA
# title: Work gets more time
# description: "With the change work may start when nothing could before: a window, a calendar, a move or a deny window is another."
# scope: package
# schemas:
#   - input: schema.change
# custom:
#   severity: note
#   gate: change
#   controls: ["ISO/IEC 27001:2022 A.8.32", "ITIL 4 change enablement", "SOC 2 CC8.1"]
package patchops.change.loosens_window

import data.patchops.lib.loosening

deny contains {
	"path": ["loosened", i],
	"message": $"{told}",
	"hint": "have it approved by those who agree windows with the client",
} if {
	some i, l in input.loosened
	l.about == "window"
	told := loosening.told(l)
}
