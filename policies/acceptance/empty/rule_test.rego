package patchops.acceptance.empty_test

import data.patchops.acceptance.empty

found(approved, expires) := result if {
	result := empty.deny with input as {"metadata": {"client": "acme"}, "spec": {"approvedAt": approved, "expires": expires}}
		with data.documents.Client as {"acme": {"acme": {"spec": {"timezone": "Europe/Berlin"}}}}
}

test_never if {
	found("2026-03-11T23:00:00Z", "2026-03-11") == {{
		"path": ["spec", "expires"],
		"message": "the acceptance ends at 2026-03-11, not after it was approved at 2026-03-11T23:00:00Z",
		"hint": "correct approvedAt or expires",
	}}
	count(found("2026-03-11T23:00:00Z", "2026-03-11T23:00:00Z")) == 1
}

test_a_day if count(found("2026-03-11", "2026-03-11")) == 0
