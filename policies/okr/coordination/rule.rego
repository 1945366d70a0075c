# METADATA
# title: Those who work for an objective meet
# description: Security, operations and development reach an objective together or not at all. A month without a meeting, held or planned, lets each of them wait for the others.
# scope: package
# schemas:
#   - input: schema.Objective
# custom:
#   severity: note
#   gate: document
#   controls: ["ISO/IEC 27001:2022 9.3", "ISO/IEC 27001:2022 7.4", "NIST SP 800-53r5 PM-6", "ITIL 4 continual improvement", "ITIL 4 relationship management"]
#   parameters:
#     within: {type: duration, default: P31D}
package patchops.okr.coordination

import data.patchops.lib.moment
import data.patchops.lib.periods

deny contains {
	"path": ["metadata", "name"],
	"message": $"no coordination meeting is planned, nor was one held within {within}",
	"hint": $"add a Review of type coordination with subject {subject}",
} if {
	within := data.parameters["okr/coordination"].within
	periods.current(input.spec.period)
	not met(patchops.seconds(within))
}

subject := $"Objective/_/{input.metadata.name}"

meetings := {name |
	some name, review in data.documents.Review._
	review.spec.type == "coordination"
	review.spec.subject == subject
}

# met holds when a meeting was held not too long ago, or is still to come.
met(seconds) if {
	some name in meetings
	moment.since(data.documents.Review._[name].spec.at, "") <= seconds
}

met(_) if {
	some name in meetings
	not held(name)
	moment.left(data.documents.Review._[name].spec.due, "") > 0
}

held(name) if data.documents.Review._[name].spec.at
