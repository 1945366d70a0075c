# METADATA
# title: A status set by hand is for a time
# description: The status of a key result is computed. One that was set by hand counts until it expires; from then on reports show the computed one, which may be worse than what people remember.
# scope: package
# schemas:
#   - input: schema.Objective
# custom:
#   severity: warning
#   gate: document
#   controls: ["ISO/IEC 27001:2022 9.1", "NIST SP 800-53r5 PM-6", "ITIL 4 measurement and reporting"]
package patchops.okr.override_expired

import data.patchops.lib.moment

deny contains {
	"path": ["spec", "keyResults", i, "override", "expires"],
	"message": $"the status \"{result.override.status}\" of key result {result.id} was set by hand until {result.override.expires} and counts no more",
	"hint": "delete the override, or give a reason why it still holds",
} if {
	some i, result in input.spec.keyResults
	moment.over(result.override.expires, "")
}
