package patchops.acceptance.post_dated_test

import data.patchops.acceptance.post_dated

found(at) := result if {
	result := post_dated.deny with input as {"metadata": {"name": "r", "client": "acme"}, "spec": {"approvedAt": at}}
		with data.documents as {"Client": {"acme": {"acme": {"spec": {"timezone": "Asia/Tokyo"}}}}}
		with data.asOf as "2026-03-12T16:00:00Z"
}

test_still_to_come if {
	found("2026-03-14") == {{
		"path": ["spec", "approvedAt"],
		"message": "the acceptance is approved at 2026-03-14, which is still to come",
		"hint": "write when it was approved",
	}}
	count(found("2026-03-12T16:00:01Z")) == 1
}

test_approved if {
	count(found("2026-03-12T16:00:00Z")) == 0
	count(found("2026-03-12")) == 0
}

test_the_clients_day if count(found("2026-03-13")) == 0
