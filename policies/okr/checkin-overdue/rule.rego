# METADATA
# title: Objectives are looked at every two weeks
# description: An objective that nobody looks at is noticed to be missed when its period is over. A check-in says what was reached, what is in the way and what comes next.
# scope: package
# schemas:
#   - input: schema.Objective
# custom:
#   severity: warning
#   gate: document
#   controls: ["ISO/IEC 27001:2022 9.1", "NIST SP 800-40r4 3.6", "NIST SP 800-53r5 PM-6", "ITIL 4 measurement and reporting", "ITIL 4 continual improvement"]
#   parameters:
#     maximum: {type: duration, default: P14D}
package patchops.okr.checkin_overdue

import data.patchops.lib.periods

deny contains {
	"path": ["metadata", "name"],
	"message": $"{days} days without a check-in, one every {maximum} is wanted",
	"hint": "write a CheckIn: what was reached, what is in the way, what comes next",
} if {
	maximum := data.parameters["okr/checkin-overdue"].maximum
	periods.current(input.spec.period)
	silence := periods.silence(input.spec.period, spoken)
	silence > patchops.seconds(maximum)
	days := periods.days(silence)
}

spoken := {at |
	some told in data.documents.CheckIn._
	told.spec.objectiveRef == input.metadata.name
	at := patchops.instant(told.spec.at, "", "from")
}
