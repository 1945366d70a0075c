package patchops.plan.max_failures_test

import data.patchops.plan.max_failures

found(waves) := result if result := max_failures.deny with input as {"metadata": {"name": "p"}, "spec": {"waves": waves}}

test_later_wave if {
	found([{"name": "a"}, {"name": "b"}, {"name": "c", "maxFailures": 1}]) == {{
		"path": ["spec", "waves", 1, "maxFailures"],
		"message": "wave \"b\" does not say how much may fail",
		"hint": "set maxFailures, 0 to stop at the first",
	}}
}

test_first_wave if count(found([{"name": "a"}])) == 0

test_count_or_percent if count(found([{"name": "a"}, {"name": "b", "maxFailures": 0}, {"name": "c", "maxFailures": "0%"}])) == 0
