# METADATA
# title: A period ends with a look back
# description: When a period is over, those who worked towards its objectives say what they learned, so that the next ones are better. Without a retrospective the same plan is made again.
# scope: package
# schemas:
#   - input: schema.Objective
# custom:
#   severity: warning
#   gate: document
#   controls: ["ISO/IEC 27001:2022 9.3", "ISO/IEC 27001:2022 10.1", "NIST SP 800-53r5 PM-6", "ITIL 4 continual improvement"]
package patchops.okr.period_over

import data.patchops.lib.moment
import data.patchops.lib.periods

deny contains {
	"path": ["spec", "period"],
	"message": $"the period {input.spec.period} is over and no retrospective has looked back at it",
	"hint": $"add a Review of type retrospective with subject {subject} and its at",
} if {
	periods.end(input.spec.period) <= moment.now
	not reviewed
}

subject := $"Objective/_/{input.metadata.name}"

reviewed if {
	some review in data.documents.Review._
	review.spec.type == "retrospective"
	review.spec.subject == subject
	review.spec.at
}
