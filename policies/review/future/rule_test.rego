package patchops.review.future_test

import data.patchops.review.future

found(spec) := result if {
	result := future.deny with input as {"metadata": {"client": "acme"}, "spec": spec}
		with data.asOf as "2026-03-12T23:00:00Z"
		with data.documents.Client as {"acme": {"acme": {"spec": {"timezone": "Europe/Berlin"}}}}
}

test_to_come if {
	found({"at": "2026-03-14"}) == {{
		"path": ["spec", "at"],
		"message": "the review was done at 2026-03-14, which has not come yet",
		"hint": "write at when it is done",
	}}
}

test_today_where_the_client_is if count(found({"at": "2026-03-13"})) == 0

test_still_due if count(found({})) == 0
