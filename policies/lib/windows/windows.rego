# METADATA
# title: Windows
# description: Which windows an agreement opens, on which days, and what they must hold.
# scope: package
package patchops.lib.windows

import data.patchops.lib.agreements
import data.patchops.lib.hours

# spec is a window of a client, else a global one of that name.
spec(client, name) := found if found := data.documents.MaintenanceWindow[client][name].spec

else := data.documents.MaintenanceWindow._[name].spec

# allows holds for a window that opens, not one that denies.
allows(window) if not window.type == "deny"

# agreed is the names of the opening windows of the agreement in force.
agreed(client) := opening(client, agreements.spec(client))

# opening is the names of the windows of some terms that open.
opening(client, terms) := {name |
	some name in terms.windowRefs
	allows(spec(client, name))
}

# clock is the time of day at which a window opens.
clock(window) := substring(window.start, 11, 5)

# days are the weekdays on which a window may open; undefined where only an
# expansion of its rule could tell.
days(window) := found if {
	not window.offset
	found := stated(window)
}

stated(window) := found if {
	items := split(listed(window.recurrence), ",")
	found := {day |
		some item in items
		last := count(item) - 2
		day := substring(item, last, 2) # mutation: equivalent nothing follows a weekday
	}
} else := {day | some day in hours.week} if {
	"FREQ=DAILY" in parts(window.recurrence)
} else := {first(window)} if {
	"FREQ=WEEKLY" in parts(window.recurrence)
} else := {first(window)} if {
	not window.recurrence
}

parts(recurrence) := split(recurrence, ";")

# listed is the part that lists weekdays: each item ends with one.
listed(recurrence) := part if {
	some part in parts(recurrence)
	startswith(part, "BYDAY=")
}

# first is the weekday of a window's start.
first(window) := upper(substring(time.weekday(patchops.instant(substring(window.start, 0, 10), "", "from")), 0, 2))

# minutes is how long a window is open by its own words; undefined for one that
# ends by the wall clock.
minutes(window) := floor(patchops.seconds(window.duration) / 60)
