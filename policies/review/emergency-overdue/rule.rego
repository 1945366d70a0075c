# METADATA
# title: Every emergency is looked back at
# description: An emergency goes past tests that others must pass, on the promise that it is looked at afterwards. When that promise is not kept for weeks, work stops until it is.
# scope: package
# schemas:
#   - input: schema.Review
# custom:
#   severity: error
#   gate: document
#   controls: ["ISO/IEC 27001:2022 A.5.27", "PCI DSS 4.0.1 6.5.2", "NIST SP 800-53r5 CM-4(2)", "NIST SP 800-40r4 3.6", "ITIL 4 continual improvement", "NIST SP 800-40r4 3.5.2", "ITIL 4 change enablement"]
#   parameters:
#     grace: {type: duration, default: P14D}
package patchops.review.emergency_overdue

import data.patchops.lib.clients
import data.patchops.lib.moment

deny contains {
	"path": ["spec", "due"],
	"message": $"the review of the emergency {input.spec.subject} was due at {input.spec.due}, more than {grace} ago",
	"hint": "do it and write by, at and verdict",
} if {
	grace := data.parameters["review/emergency-overdue"].grace
	input.spec.type == "postImplementation"
	not input.spec.at
	emergency
	moment.left(input.spec.due, clients.zone(clients.of(input))) < 0 - patchops.seconds(grace)
}

emergency if {
	[kind, client, name] := split(input.spec.subject, "/")
	kind == "PatchPlan"
	data.documents.PatchPlan[client][name].spec.changeType == "emergency"
}
