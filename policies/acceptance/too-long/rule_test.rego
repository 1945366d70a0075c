package patchops.acceptance.too_long_test

import data.patchops.acceptance.too_long

found(approved, expires) := result if {
	result := too_long.deny with input as {"metadata": {"client": "acme"}, "spec": {"approvedAt": approved, "expires": expires}}
		with data.parameters as {"acceptance/too-long": {"maximum": "P10D"}}
		with data.documents.Client as {"acme": {"acme": {"spec": {"timezone": "Europe/Berlin"}}}}
}

test_too_long if {
	found("2026-03-01T09:00:00Z", "2026-03-11T09:00:01Z") == {{
		"path": ["spec", "expires"],
		"message": "the risk is accepted from 2026-03-01T09:00:00Z to 2026-03-11T09:00:01Z, at most P10D is wanted",
		"hint": "let it end earlier and decide again then",
	}}
	count(found("2026-03-01", "2026-03-11")) == 1
}

test_short if {
	count(found("2026-03-01T09:00:00Z", "2026-03-11T09:00:00Z")) == 0
	count(found("2026-03-01", "2026-03-10")) == 0
}

test_days_of_the_client if {
	count(found("2026-03-01", "2026-03-10T23:00:00Z")) == 0
	count(found("2026-03-01", "2026-03-10T23:00:01Z")) == 1
}
