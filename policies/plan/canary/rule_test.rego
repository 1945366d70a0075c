package patchops.plan.canary_test

import data.patchops.plan.canary

found(waves, size) := result if {
	result := canary.deny with input as {"metadata": {"name": "p", "client": "acme"}, "spec": {"waves": waves}}
		with data.parameters as {"plan/canary": {"assets": 5}}
		with data.targets as {"acme": {"p": [{"client": "acme", "asset": sprintf("a%d", [n])} | some n in numbers.range(1, size)]}}
}

test_single_wave if {
	found([{"percent": 100}], 5) == {{
		"path": ["spec", "waves"],
		"message": "5 assets in a single wave, a canary is wanted from 5 on",
		"hint": "add a small wave before it",
	}}
}

test_few_assets if count(found([{"percent": 100}], 4)) == 0

test_two_waves if count(found([{"percent": 10}, {"percent": 100}], 50)) == 0
