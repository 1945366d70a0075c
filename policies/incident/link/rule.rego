# METADATA
# title: A problem and its incidents agree
# description: An incident that a problem lists belongs to another problem by its own words. One of the two counts it wrongly, and with it the risk of the patch.
# scope: package
# schemas:
#   - input: schema.Problem
# custom:
#   severity: warning
#   gate: document
#   controls: ["ISO/IEC 27001:2022 A.5.27", "NIST SP 800-53r5 IR-5", "CIS Controls v8.1 17.8", "ITIL 4 incident management", "ITIL 4 problem management"]
package patchops.incident.link

import data.patchops.lib.clients

deny contains {
	"path": ["spec", "incidentRefs", i],
	"message": $"incident \"{name}\" says that it belongs to problem \"{other}\"",
	"hint": "decide which problem caused it",
} if {
	some i, name in input.spec.incidentRefs
	other := data.documents.Incident[clients.of(input)][name].spec.problemRef
	other != input.metadata.name
}
