# METADATA
# title: Work outside regular hours is worth its price
# description: Hours at night and on holidays cost more. A plan that takes many of them, or any on a holiday, should be meant so.
# scope: package
# schemas:
#   - input: schema.rollout
# custom:
#   severity: warning
#   gate: rollout
#   controls: ["ITIL 4 service financial management", "ITIL 4 capacity and performance management"]
#   parameters:
#     afterHours: {type: duration, default: P2D, tighter: lower}
#     holidays: {type: duration, default: PT1H, tighter: lower}
package patchops.rollout.after_hours

import data.patchops.lib.agreements
import data.patchops.lib.rollouts

deny contains {
	"path": ["cost", "seconds", "afterHours"],
	"message": $"{floor(after / 60)} minutes are charged at the rate after hours at client \"{input.client}\", more than {most}: {input.cost.amount} minor units of {input.cost.currency} in all",
	"hint": "move work into a window within regular hours, or agree on another basis of the rates",
} if {
	most := data.parameters["rollout/after-hours"].afterHours
	after := input.cost.seconds.afterHours
	after > patchops.seconds(most)
	dearer("afterHoursPerHour")
}

deny contains {
	"path": ["cost", "seconds", "holiday"],
	"message": $"{floor(holiday / 60)} minutes are charged at the rate of holidays at client \"{input.client}\", more than {most}: {input.cost.amount} minor units of {input.cost.currency} in all",
	"hint": "move notBefore past the holiday, or move its windows",
} if {
	most := data.parameters["rollout/after-hours"].holidays
	holiday := input.cost.seconds.holiday
	holiday > patchops.seconds(most)
	dearer("holidayPerHour")
}

# dearer holds for a rate above the regular one, in the terms of now. An emergency
# has no choice.
dearer(rate) if {
	rollouts.plan(input).spec.changeType != "emergency"
	rates := agreements.spec(input.client).rates
	rates[rate] > rates.regularPerHour
}
