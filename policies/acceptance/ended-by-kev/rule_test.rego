package patchops.acceptance.ended_by_kev_test

import data.patchops.acceptance.ended_by_kev

found(ends, asof) := result if {
	result := ended_by_kev.deny with input as {"spec": {"expireOnKEV": ends, "scope": {"patches": ["a"]}}}
		with data.asOf as asof
		with data.documents.Patch as {"_": {"a": {"spec": {"kev": {"addedAt": "2026-03-10"}}}}}
}

test_ended if {
	found(true, "2026-03-10T00:00:00Z") == {{
		"path": ["spec", "expireOnKEV"],
		"message": "the acceptance ended, for patch \"a\" closes what is exploited since 2026-03-10",
		"hint": "install the patch and remove the acceptance",
	}}
}

test_not_yet if count(found(true, "2026-03-09T23:59:59Z")) == 0

test_does_not_end if count(found(false, "2026-03-10T00:00:00Z")) == 0
