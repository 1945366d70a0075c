# METADATA
# title: Hours
# description: Whether weekly hours hold a day and a time of day.
# scope: package
package patchops.lib.hours

week := ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]

# open holds when some range of hours has the time of day ("HH:MM") on that day.
# A range whose end is not after its start runs past midnight.
open(hours, day, clock) if {
	some range in hours
	inside(range, day, clock)
}

inside(range, day, clock) if {
	day in range.days
	range.from <= clock
	clock < range.to
}

inside(range, day, clock) if {
	range.from >= range.to
	day in range.days
	range.from <= clock
}

inside(range, day, clock) if {
	range.from >= range.to
	before(day) in range.days
	clock < range.to
}

# before is the day before.
before(day) := week[(i + 6) % 7] if {
	some i, name in week
	name == day
}
