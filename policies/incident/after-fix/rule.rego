# METADATA
# title: Incidents after a patch may be its own
# description: An incident on an asset soon after the patch for its problem was deployed may be that problem again, or a fault of the patch. Somebody says which.
# scope: package
# schemas:
#   - input: schema.Incident
# custom:
#   severity: note
#   gate: document
#   controls: ["ISO/IEC 27001:2022 A.5.27", "NIST SP 800-53r5 IR-5", "CIS Controls v8.1 17.8", "ITIL 4 incident management", "ITIL 4 problem management"]
#   parameters:
#     within: {type: duration, default: P30D}
package patchops.incident.after_fix

import data.patchops.lib.clients
import data.patchops.lib.moment

deny contains {
	"path": ["spec", "configurationItem"],
	"message": $"the incident is within {within} of the patch for problem \"{name}\" on the same asset",
	"hint": "set problemRef or causedByRollout if it belongs together",
} if {
	within := data.parameters["incident/after-fix"].within
	not input.spec.problemRef
	not input.spec.causedByRollout
	some name, problem in data.documents.Problem[clients.of(input)]
	input.spec.configurationItem in problem.spec.configurationItems
	problem.spec.state in {"resolved", "closed"}
	deployed := patchops.instant(problem.spec.deployedAt, "", "from")
	begin >= deployed
	begin - deployed <= patchops.seconds(within) * moment.second
}

begin := patchops.instant(input.spec.at, "", "from")
