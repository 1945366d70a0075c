# METADATA
# title: Every asset of a plan has a place
# description: An asset with work has no place in any window before the plan ends, so it stays unpatched although it looks planned.
# scope: package
# schemas:
#   - input: schema.rollout
# custom:
#   severity: warning
#   gate: rollout
#   controls: ["PCI DSS 4.0.1 6.3.3", "NIST SP 800-53r5 SI-2(3)", "CIS Controls v8.1 7.7", "ISO/IEC 27001:2022 A.8.8", "ITIL 4 service level management"]
package patchops.rollout.unplaced

import data.patchops.lib.moment
import data.patchops.lib.plans
import data.patchops.lib.rollouts

deny contains {
	"path": ["unplaced", i],
	"message": $"{names} of client \"{input.client}\" cannot be placed, {cause}{tried}",
	"hint": $"{remedy}",
} if {
	some code in {rollouts.why(session).code | some session in input.unplaced} # mutation: equivalent only quicker: those without a session say nothing
	reason := reasons[code]
	not code in told
	indexes := rollouts.unplaced(input, code)
	i := indexes[0]
	session := input.unplaced[i]
	cause := because(reason, rollouts.because(session))
	tried := occurrences(session)
	names := rollouts.named(input.unplaced, indexes)
	remedy := rollouts.remedy(input, indexes)
}

deny contains {
	"path": ["unplaced", i],
	"message": $"{names} of client \"{input.client}\" cannot be placed, none of their windows opens any more",
	"hint": "agree on a window that does, or let the rule of one go on",
} if {
	indexes := [index |
		some index in rollouts.unplaced(input, "NO_WINDOW")
		opened(input.unplaced[index].asset)
	]
	i := indexes[0]
	names := rollouts.named(input.unplaced, indexes)
}

# because is a reason with what stands behind it.
because(_, "no wave") := "no wave of the plan takes it"

because(reason, by) := $"{reason} ({by})" if by != "no wave"

# occurrences is where a session was tried, if it was.
occurrences(session) := $": {rollouts.tried(session)}" if count(session.tried) > 0

else := ""

# told is the reasons that plan/too-young or plan/empty-period tell of the plan.
told contains "MIN_AGE" if {
	plan := rollouts.plan(input)
	newest := max([at | some at in plans.released(plan)])
	newest + (patchops.seconds(plan.spec.minimumAge) * moment.second) >= plans.deadline(plan)
}

told contains "NOT_BEFORE" if {
	plan := rollouts.plan(input)
	patchops.instant(plan.spec.notBefore, plans.zone(plan), "from") >= plans.deadline(plan)
}

# opened holds for an asset that the agreement names windows for; of the others
# estate/no-window tells.
opened(asset) if {
	some list in data.listed[input.client]
	some item in list
	item.asset.name == asset
	count(item.windows) > 0
}

# reasons are those that no other rule tells, neither of the rollout nor of the
# document that is their cause.
reasons := {
	"NOT_BEFORE": "the plan begins too late",
	"MIN_AGE": "its patches are too young until the deadline",
	"DEADLINE": "no window opens before the deadline",
	"WAVE_GATE": "the wave before it is not over before the deadline",
	"DEP_ORDER": "what it depends on is not done before the deadline",
	"DEP_UNPLACED": "what it waits for has no place",
	"HA_PEER_DOWN": "other members of its group are down",
	"HA_CONFLICT": "too many members of its group would be down at once",
	"EXCLUSIVE": "another plan works on it",
	"HORIZON": "its next window lies beyond the horizon",
	"NOT_APPROVED": "its approval is missing",
	"HELD": "somebody holds it",
	"RELAY_UNHEALTHY": "its relay is not healthy",
	"AGENT_STALE": "its agent was not heard of",
	"PENDING_REBOOT": "it waits for a reboot",
	"MISSED_WINDOW": "it missed its window",
	"CLOCK_SKEW": "its clock is wrong",
	"CREDENTIAL": "it lets nobody in",
}
