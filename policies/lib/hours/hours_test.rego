package patchops.lib.hours_test

import data.patchops.lib.hours

day := [{"days": ["MO", "FR"], "from": "08:00", "to": "18:00"}]

night := [{"days": ["SU"], "from": "22:00", "to": "02:00"}]

test_bounds if {
	hours.open(day, "MO", "08:00")
	hours.open(day, "FR", "17:59")
	not hours.open(day, "MO", "07:59")
	not hours.open(day, "MO", "18:00")
	not hours.open(day, "TU", "12:00")
}

test_past_midnight if {
	hours.open(night, "SU", "22:00")
	hours.open(night, "SU", "23:59")
	hours.open(night, "MO", "01:59")
	not hours.open(night, "SU", "21:59")
	not hours.open(night, "MO", "02:00")
	not hours.open(night, "SU", "01:00")
	not hours.open(night, "MO", "23:00")
}

test_round_the_clock if {
	hours.open([{"days": ["MO"], "from": "00:00", "to": "24:00"}], "MO", "23:59")
	hours.open([{"days": ["MO"], "from": "08:00", "to": "08:00"}], "MO", "09:00")
	hours.open([{"days": ["MO"], "from": "08:00", "to": "08:00"}], "TU", "07:59")
	not hours.open([{"days": ["MO"], "from": "08:00", "to": "08:00"}], "TU", "08:00")
}

test_any_range if hours.open(array.concat(day, night), "SU", "23:00")

test_no_hours if not hours.open([], "MO", "08:00")

test_before if [hours.before(d) | some d in ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]] == ["SU", "MO", "TU", "WE", "TH", "FR", "SA"]
