# METADATA
# title: The windows hold the work
# description: Counted generously, the windows between now and the deadline do not hold a session for every asset of the plan. Some will be left over.
# scope: package
# schemas:
#   - input: schema.PatchPlan
# custom:
#   severity: warning
#   gate: document
#   controls: ["ISO/IEC 27001:2022 A.8.6", "NIST SP 800-53r5 MA-6", "CIS Controls v8.1 7.3", "ITIL 4 capacity and performance management"]
package patchops.plan.capacity

import data.patchops.lib.moment
import data.patchops.lib.plans
import data.patchops.lib.windows

deny contains {
	"path": ["spec", "deadline"],
	"message": $"at most {room} sessions fit into the windows of client \"{client}\" before the deadline, the plan has {size} assets there",
	"hint": "raise a window's capacity, move the deadline, or select fewer assets",
} if {
	moment.left(input.spec.deadline, plans.zone(input)) > 0
	some client, size in plans.sizes(input)
	names := windows.agreed(client)
	count(names) > 0
	every name in names { # mutation: equivalent only quicker: the rooms are counted below
		windows.spec(client, name).capacity # mutation: equivalent as above
	}
	session := min([seconds | some profile in profiles(client); seconds := windows.session(profile)])
	session > 0
	rooms := [holds(windows.spec(client, name), session) | some name in names]
	count(rooms) == count(names)
	room := sum(rooms)
	room < size
}

# profiles is those of the client's assets in the plan.
profiles(client) := {profile |
	some target in plans.targets(input)
	target.client == client
	profile := data.assets[client][target.asset].profile
}

# holds is the most sessions that a window can take until the deadline: its
# capacity, as often as sessions fit one after another, once on each day that
# may have an occurrence. Undefined for a window without limits.
holds(window, session) := (window.capacity * floor((windows.minutes(window) * 60) / session)) * occurrences(window)

# occurrences is at most one a day, and one a week for each day that a weekly
# window names; the days before and after count.
occurrences(window) := n if {
	"FREQ=WEEKLY" in windows.parts(window.recurrence)
	n := count(windows.days(window)) * (floor(days / 7) + 2)
} else := 1 if {
	not window.recurrence
	not window.rdates
} else := days + 2

days := floor(moment.left(input.spec.deadline, plans.zone(input)) / 86400)
