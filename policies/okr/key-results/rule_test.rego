package patchops.okr.key_results_test

import data.patchops.okr.key_results

test_none if {
	key_results.deny == {{
		"path": ["spec", "keyResults"],
		"message": "the objective has no key result, so nothing tells how far it is",
		"hint": "add a key result with a metric and a target",
	}} with input as {"spec": {"keyResults": []}}
}

test_one if count(key_results.deny) == 0 with input as {"spec": {"keyResults": [{"id": "KR1"}]}}
