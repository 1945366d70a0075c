package patchops.plan.over_test

import data.patchops.plan.over

found(asof) := result if {
	result := over.deny with input as {"metadata": {"name": "p", "client": "acme"}, "spec": {"deadline": "2026-03-11"}}
		with data.asOf as asof
		with data.documents as {"Client": {"acme": {"acme": {"spec": {"timezone": "Europe/Berlin"}}}}}
}

test_over if {
	found("2026-03-11T23:00:00Z") == {{
		"path": ["spec", "deadline"],
		"message": "the deadline 2026-03-11 has passed, nothing starts any more",
		"hint": "move the plan into a closed folder, or give it a new deadline",
	}}
}

test_last_second if count(found("2026-03-11T22:59:59Z")) == 0
