# METADATA
# title: Rollouts
# description: What a computed rollout says of its sessions, grouped and in words.
# scope: package
package patchops.lib.rollouts

import data.patchops.lib.moment
import data.patchops.lib.plans

# plan is the plan of a rollout: the client's own, else one over several clients.
plan(rollout) := found if found := data.documents.PatchPlan[rollout.client][rollout.plan]

else := data.documents.PatchPlan._[rollout.plan]

# open holds for a plan whose deadline is to come. Of another one plan/over tells.
open(rollout) if plans.deadline(plan(rollout)) > moment.now

# unplaced is the indexes of the sessions that have no place for one reason.
unplaced(rollout, code) := [i |
	open(rollout)
	some i, session in rollout.unplaced
	why(session).code == code
]

# why is what keeps a session out: its reason, or, where that is the deadline
# alone, the last of what kept it out of the windows before.
why(session) := before[count(before) - 1] if {
	session.code == "DEADLINE"
	before := [entry |
		some entry in session.tried
		entry.code in {"AGREEMENT_NOT_IN_FORCE", "VENDOR_SUPPORT", "FREEZE", "NOT_BEFORE", "MIN_AGE", "NOTICE_LEAD"}
	]
}

else := session

# named names the first three assets of some sessions, and counts the others.
named(sessions, indexes) := concat(", ", [sessions[i].asset | some i in indexes]) if count(indexes) < 4

else := $"{concat(", ", first)} and {count(indexes) - 3} more" if {
	first := [sessions[i].asset | some i in array.slice(indexes, 0, 3)] # mutation: equivalent no index is below 0
}

# because is what stands behind that, else its windows.
because(session) := by if by := why(session).by

else := "its windows"

# tried is where a session was tried, in words.
tried(session) := $"{number} occurrences, the first at {place}" if {
	number := sum([entry.count | some entry in session.tried])
	number > 1
	place := first(session)
}

else := $"1 occurrence at {place}" if place := first(session)

else := "no occurrence"

# first is where it was tried first.
first(session) := $"{session.tried[0].start} in window \"{session.tried[0].window}\"" if count(session.tried) > 0

# remedy is the smallest change that was seen to place one of some sessions, else
# where to look.
remedy(rollout, indexes) := texts[0] if {
	texts := [text | some i in indexes; text := rollout.unplaced[i].counterfactual.text]
}

else := texts[0] if {
	like := rollout.unplaced[indexes[0]].sameAs
	texts := [text | some other in rollout.unplaced; other.asset == like; text := other.counterfactual.text]
}

else := $"see what keeps it out: patchops explain asset {rollout.client}/{rollout.unplaced[indexes[0]].asset}"

# late is the indexes of the placements that end after they are due, unless they
# were late before anything could be planned.
late(rollout) := [i |
	some i, placement in rollout.placements
	placement.end > placement.due
	placement.due > data.asOf
]

# chosen is the reasons that the plan's own fields are.
chosen := {"NOT_BEFORE", "MIN_AGE", "WAVE_GATE"}

# held holds for a late placement that the plan itself held back: but for its own
# fields it could have begun before it was due.
held(placement) if {
	some entry in placement.rejected
	entry.code in chosen
	entry.start < placement.due
}

# liftable is the approval rule that may lift the freeze behind a session's reason.
liftable(session) := data.documents.Freeze[parts[1]][parts[2]].spec.override.approvalRuleRef if {
	parts := split(because(session), "/")
	parts[0] == "Freeze"
}
