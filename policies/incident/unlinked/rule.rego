# METADATA
# title: Incidents that come back have a problem
# description: Several incidents on one asset within weeks have a cause. Without a problem that collects them each is repaired alone, and the cause stays.
# scope: package
# schemas:
#   - input: schema.Incident
# custom:
#   severity: warning
#   gate: document
#   controls: ["ISO/IEC 27001:2022 A.5.27", "NIST SP 800-53r5 IR-5", "CIS Controls v8.1 17.8", "ITIL 4 incident management", "ITIL 4 problem management", "PCI DSS 4.0.1 12.10.6"]
#   parameters:
#     minimum: {type: integer, default: 3}
#     within: {type: duration, default: P30D}
package patchops.incident.unlinked

import data.patchops.lib.clients
import data.patchops.lib.moment

deny contains {
	"path": ["spec", "configurationItem"],
	"message": $"{number} incidents on \"{item}\" within {within} belong to no problem",
	"hint": "open a Problem and name it in problemRef of each",
} if {
	item := input.spec.configurationItem
	within := data.parameters["incident/unlinked"].within
	not input.spec.problemRef
	number := count([other |
		some other in data.documents.Incident[clients.of(input)]
		other.spec.configurationItem == item
		not other.spec.problemRef
		recent(other, patchops.seconds(within))
	])
	number >= data.parameters["incident/unlinked"].minimum
}

begin := patchops.instant(input.spec.at, "", "from")

# recent holds for what happened before this one, or with it, and not too long
# ago, so that only the newest incidents say how many there were.
recent(other, seconds) if {
	at := patchops.instant(other.spec.at, "", "from")
	at <= begin
	begin - at <= seconds * moment.second
}
