# METADATA
# title: Periods
# description: When a year, a quarter or a month begins and ends, in UTC, and how long nobody has spoken in it.
# scope: package
package patchops.lib.periods

import data.patchops.lib.moment

quarters := {"Q1": "01", "Q2": "04", "Q3": "07", "Q4": "10"}

# begin is the first instant of a period, in nanoseconds.
begin(period) := patchops.instant($"{period}-01-01", "", "from") if count(period) == 4

else := patchops.instant($"{substring(period, 0, 4)}-{quarters[substring(period, 5, 2)]}-01", "", "from") if contains(period, "Q")

else := patchops.instant($"{period}-01", "", "from")

# end is the first instant after a period, in nanoseconds.
end(period) := time.add_date(begin(period), 0, months(period), 0)

months(period) := 12 if count(period) == 4

else := 3 if contains(period, "Q")

else := 1

# current holds while a period lasts.
current(period) if {
	begin(period) <= moment.now
	moment.now < end(period)
}

# silence is the seconds since the newest of some instants that has come, or
# since the period began where none has.
silence(period, instants) := floor((moment.now - newest) / moment.second) if {
	newest := max({begin(period)} | {at | some at in instants; at <= moment.now})
}

# days are the whole days in some seconds.
days(seconds) := floor(seconds / 86400)
