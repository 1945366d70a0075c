# METADATA
# title: Everybody hears of an objective every week
# description: Those who do not sit in the meetings learn from the weekly status update how far an objective is. Without one they hear of it when it is too late.
# scope: package
# schemas:
#   - input: schema.Objective
# custom:
#   severity: warning
#   gate: document
#   controls: ["ISO/IEC 27001:2022 9.1", "NIST SP 800-40r4 3.6", "NIST SP 800-53r5 PM-6", "ITIL 4 measurement and reporting", "ITIL 4 continual improvement"]
#   parameters:
#     maximum: {type: duration, default: P7D}
package patchops.okr.status_overdue

import data.patchops.lib.periods

deny contains {
	"path": ["metadata", "name"],
	"message": $"{days} days without a status update, one every {maximum} is wanted",
	"hint": "write a StatusUpdate of a few sentences",
} if {
	maximum := data.parameters["okr/status-overdue"].maximum
	periods.current(input.spec.period)
	silence := periods.silence(input.spec.period, spoken)
	silence > patchops.seconds(maximum)
	days := periods.days(silence)
}

spoken := {at |
	some told in data.documents.StatusUpdate._
	told.spec.objectiveRef == input.metadata.name
	at := patchops.instant(told.spec.at, "", "from")
}
