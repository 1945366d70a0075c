# METADATA
# title: Consent is taken by somebody else
# description: "A word passed on for a client is worth what the one who passes it on is worth. Nobody passes on a consent to their own work."
# scope: package
# schemas:
#   - input: schema.change
# custom:
#   severity: error
#   gate: change
#   controls: ["PCI DSS 4.0.1 6.5.1", "ISO/IEC 27001:2022 A.5.3", "NIST SP 800-53r5 AC-5", "NIST SP 800-53r5 CM-5", "ISO/IEC 27001:2022 A.5.20"]
package patchops.change.consent_taker

import data.patchops.lib.changes

deny contains {
	"path": ["approvals", i],
	"message": $"{who}, whose work the change is, passes on the word of {contact}",
	"hint": "have the contact asked by somebody else",
} if {
	some i in changes.yes(input)
	who := input.approvals[i].person
	who in changes.workers(input)
	contact := input.approvals[i].contact
}
