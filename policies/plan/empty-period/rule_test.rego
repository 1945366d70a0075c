package patchops.plan.empty_period_test

import data.patchops.plan.empty_period

found(spec) := result if {
	result := empty_period.deny with input as {"metadata": {"name": "p", "client": "acme"}, "spec": spec}
		with data.documents as {"Client": {"acme": {"acme": {"spec": {"timezone": "Europe/Berlin"}}}}}
}

test_backwards if {
	found({"notBefore": "2026-03-21", "deadline": "2026-03-20"}) == {{
		"path": ["spec", "notBefore"],
		"message": "the earliest start 2026-03-21 is not before the deadline 2026-03-20",
		"hint": "set notBefore before the deadline",
	}}
}

test_no_time if count(found({"notBefore": "2026-03-20T10:00:00Z", "deadline": "2026-03-20T10:00:00Z"})) == 1

test_one_day if count(found({"notBefore": "2026-03-20", "deadline": "2026-03-20"})) == 0

test_zone if {
	count(found({"notBefore": "2026-03-20T23:00:00Z", "deadline": "2026-03-20"})) == 1
	count(found({"notBefore": "2026-03-20T22:59:59Z", "deadline": "2026-03-20"})) == 0
}

test_no_start if count(found({"deadline": "2026-03-20"})) == 0
