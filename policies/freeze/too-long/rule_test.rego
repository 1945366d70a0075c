package patchops.freeze.too_long_test

import data.patchops.freeze.too_long

found(spec) := result if {
	result := too_long.deny with input as {"metadata": {"name": "f"}, "spec": spec} with data.parameters as {"freeze/too-long": {"maximum": "P10D"}}
}

test_long if {
	found({"from": "2026-04-01", "until": "2026-04-11"}) == {{
		"path": ["spec", "until"],
		"message": "the freeze lasts from 2026-04-01 until 2026-04-11, at most P10D is wanted",
		"hint": "shorten it, or set passAbove so that urgent patches pass",
	}}
}

test_just_long_enough if {
	count(found({"from": "2026-04-01", "until": "2026-04-10"})) == 0
	count(found({"start": "2026-04-01T00:00", "duration": "P10D"})) == 0
}

test_recurring if {
	found({"start": "2026-04-01T00:00", "duration": "P10DT1S"}) == {{
		"path": ["spec", "duration"],
		"message": "the freeze lasts P10DT1S, at most P10D is wanted",
		"hint": "shorten it, or set passAbove so that urgent patches pass",
	}}
}

test_urgent_patches_pass if {
	count(found({"from": "2026-04-01", "until": "2026-04-30", "passAbove": "high"})) == 0
	count(found({"start": "2026-04-01T00:00", "duration": "P30D", "passAbove": "high"})) == 0
}

# The clocks of Berlin go forward on 2026-03-29.
test_in_its_zone if {
	count(found({"from": "2026-03-20", "until": "2026-03-29T23:00:00Z", "timezone": "Europe/Berlin"})) == 0
	count(found({"from": "2026-03-20", "until": "2026-03-29T23:00:01Z", "timezone": "Europe/Berlin"})) == 1
}
