package patchops.evidence.future_test

import data.patchops.evidence.future

found(at) := result if {
	result := future.deny with input as {"metadata": {"client": "acme"}, "spec": {"at": at}}
		with data.asOf as "2026-03-12T23:00:00Z"
		with data.documents.Client as {"acme": {"acme": {"spec": {"timezone": "Europe/Berlin"}}}}
}

test_to_come if {
	found("2026-03-12T23:00:01Z") == {{
		"path": ["spec", "at"],
		"message": "the test ends at 2026-03-12T23:00:01Z, which has not come yet",
		"hint": "add the evidence when the test was run",
	}}
}

test_now if count(found("2026-03-12T23:00:00Z")) == 0

test_today_where_the_client_is if {
	count(found("2026-03-13")) == 0
	count(found("2026-03-14")) == 1
}
