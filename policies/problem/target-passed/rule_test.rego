package patchops.problem.target_passed_test

import data.patchops.problem.target_passed

found(state, target) := result if {
	result := target_passed.deny with input as {"metadata": {"client": "acme"}, "spec": {"state": state, "targetAt": target}}
		with data.asOf as "2026-03-12T23:00:00Z"
		with data.documents.Client as {"acme": {"acme": {"spec": {"timezone": "Europe/Berlin"}}}}
}

test_passed if {
	found("open", "2026-03-12") == {{
		"path": ["spec", "targetAt"],
		"message": "the problem was to be solved by 2026-03-12 and is open",
		"hint": "solve it, or agree on a new target and say why",
	}}
}

test_to_come if count(found("open", "2026-03-13")) == 0

test_solved if count(found("resolved", "2026-03-12")) == 0

test_no_target if count(target_passed.deny) == 0 with input as {"metadata": {}, "spec": {"state": "open"}} with data.asOf as "2026-03-12T23:00:00Z"
