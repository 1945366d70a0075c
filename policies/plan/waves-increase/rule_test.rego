package patchops.plan.waves_increase_test

import data.patchops.plan.waves_increase

found(waves) := result if result := waves_increase.deny with input as {"metadata": {"name": "p"}, "spec": {"waves": waves}}

test_percent if {
	found([{"name": "a", "percent": 10}, {"name": "b", "percent": 50}, {"name": "c", "percent": 40}]) == {{
		"path": ["spec", "waves", 2, "percent"],
		"message": "wave \"c\" reaches 40 percent, an earlier one already 50",
		"hint": "percent includes the waves before, give each wave a higher one",
	}}
}

test_count if {
	found([{"name": "a", "count": 10}, {"name": "b", "selector": {}}, {"name": "c", "count": 5}]) == {{
		"path": ["spec", "waves", 2, "count"],
		"message": "wave \"c\" reaches 5 assets, an earlier one already 10",
		"hint": "count includes the waves before, give each wave a higher one",
	}}
}

test_same if {
	count(found([{"name": "a", "percent": 50}, {"name": "b", "percent": 50}])) == 1
	count(found([{"name": "a", "count": 5}, {"name": "b", "count": 5}])) == 1
}

test_increasing if {
	count(found([{"name": "a", "percent": 10}, {"name": "b", "percent": 11}, {"name": "c", "percent": 100}])) == 0
	count(found([{"name": "a", "count": 1}, {"name": "b", "count": 2}])) == 0
}

test_different_units if count(found([{"name": "a", "count": 50}, {"name": "b", "percent": 20}, {"name": "c", "count": 60}])) == 0
