package patchops.agreement.overlap_test

import data.patchops.agreement.overlap

found(name, agreements) := result if {
	result := overlap.deny with input as {"metadata": {"name": name, "client": "acme"}, "spec": agreements[name].spec}
		with data.documents as {"ClientAgreement": {"acme": agreements, "other": {"0": {"spec": {"effective": "2020-01-01"}}}}}
}

pair(a, b) := {"a": {"spec": a}, "b": {"spec": b}}

test_overlap_is_shown_at_the_later if {
	agreements := pair({"effective": "2026-01-01", "expires": "2026-12-31"}, {"effective": "2026-12-31"})
	count(found("a", agreements)) == 0
	found("b", agreements) == {{
		"path": ["spec", "effective"],
		"message": "the agreement begins at 2026-12-31 while agreement \"a\" is still in force",
		"hint": "let a expire the day before, or begin later",
	}}
}

test_one_after_the_other if {
	agreements := pair({"effective": "2026-01-01", "expires": "2026-12-31"}, {"effective": "2027-01-01"})
	count(found("a", agreements)) == 0
	count(found("b", agreements)) == 0
}

test_open_end_overlaps_all_later if {
	agreements := pair({"effective": "2027-01-01"}, {"effective": "2026-01-01"})
	count(found("a", agreements)) == 1
	count(found("b", agreements)) == 0
}

test_same_start_is_shown_once if {
	agreements := pair({"effective": "2026-01-01"}, {"effective": "2026-01-01"})
	count(found("a", agreements)) == 0
	count(found("b", agreements)) == 1
}

test_alone if count(found("a", {"a": {"spec": {"effective": "2026-01-01"}}})) == 0
