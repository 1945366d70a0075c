package patchops.plan.canary_size_test

import data.patchops.plan.canary_size

found(waves, size) := result if {
	result := canary_size.deny with input as {"metadata": {"name": "p", "client": "acme"}, "spec": {"waves": waves}}
		with data.parameters as {"plan/canary-size": {"percent": 20}}
		with data.targets as {"acme": {"p": [{"client": "acme", "asset": sprintf("a%d", [n])} | some n in numbers.range(1, size)]}}
}

test_percent if {
	found([{"percent": 21}, {"percent": 100}], 5) == {{
		"path": ["spec", "waves", 0, "percent"],
		"message": "the first wave takes 21 percent of the assets, at most 20 are wanted",
		"hint": "begin with fewer",
	}}
	count(found([{"percent": 20}, {"percent": 100}], 5)) == 0
}

test_count if {
	found([{"count": 3}, {"percent": 100}], 14) == {{
		"path": ["spec", "waves", 0, "count"],
		"message": "the first wave takes 3 of 14 assets of client \"acme\", at most 20 percent are wanted",
		"hint": "begin with fewer",
	}}
	count(found([{"count": 3}, {"percent": 100}], 15)) == 0
	count(found([{"count": 1}, {"percent": 100}], 5)) == 0
	count(found([{"count": 2}, {"percent": 100}], 5)) == 1
	count(found([{"count": 202}, {"percent": 100}], 1005)) == 1
	count(found([{"count": 2}, {"percent": 100}], 10)) == 0
}

test_few_assets if {
	count(found([{"percent": 50}, {"percent": 100}], 4)) == 0
	count(found([{"count": 2}, {"percent": 100}], 4)) == 0
}

test_single_wave if {
	count(found([{"percent": 100}], 50)) == 0
	count(found([{"count": 50}], 50)) == 0
}

test_selector if count(found([{"selector": {}}, {"percent": 100}], 50)) == 0

test_later_waves if count(found([{"percent": 10}, {"percent": 90}, {"percent": 100}], 50)) == 0
