package patchops.freeze.empty_test

import data.patchops.freeze.empty

found(spec) := result if result := empty.deny with input as {"metadata": {"name": "f"}, "spec": spec}

test_backwards if {
	found({"from": "2026-04-02", "until": "2026-04-01"}) == {{
		"path": ["spec", "until"],
		"message": "the freeze lasts from 2026-04-02 until 2026-04-01, which is no time at all",
		"hint": "set until after from",
	}}
}

test_no_time if count(found({"from": "2026-04-01T10:00:00Z", "until": "2026-04-01T10:00:00Z"})) == 1

test_one_second if count(found({"from": "2026-04-01T10:00:00Z", "until": "2026-04-01T10:00:01Z"})) == 0

test_one_day if count(found({"from": "2026-04-01", "until": "2026-04-01"})) == 0

test_in_its_zone if {
	count(found({"from": "2026-04-01", "until": "2026-03-31T23:00:00Z", "timezone": "Europe/Berlin"})) == 0
	count(found({"from": "2026-04-01", "until": "2026-03-31T23:00:00Z"})) == 1
}

test_recurring if count(found({"start": "2026-04-01T00:00", "recurrence": "FREQ=YEARLY", "duration": "P1D"})) == 0
