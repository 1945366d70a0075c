package patchops.review.overdue_test

import data.patchops.review.overdue

found(spec) := result if {
	result := overdue.deny with input as {"metadata": {"client": "acme"}, "spec": object.union({"subject": "PatchPlan/acme/p"}, spec)}
		with data.asOf as "2026-03-12T22:30:00Z"
		with data.documents.Client as {"acme": {"acme": {"spec": {"timezone": "Australia/Sydney"}}}}
}

test_overdue if {
	found({"due": "2026-03-12"}) == {{
		"path": ["spec", "due"],
		"message": "the review of PatchPlan/acme/p was due at 2026-03-12 and is not done",
		"hint": "do it and write by, at and verdict",
	}}
}

test_today_where_the_client_is if count(found({"due": "2026-03-13"})) == 0

test_done if count(found({"due": "2026-03-01", "at": "2026-03-10"})) == 0
