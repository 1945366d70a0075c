package patchops.plan.tier_zero_canary_test

import data.patchops.plan.tier_zero_canary

assets := {"acme": {
	"db": {"name": "db", "tier": 0, "env": "prod"},
	"web": {"name": "web", "tier": 1, "env": "prod"},
	"a": {"name": "a", "env": "prod"},
	"b": {"name": "b", "env": "prod"},
	"c": {"name": "c", "env": "test"},
}}

found(waves, names) := result if {
	result := tier_zero_canary.deny with input as {"metadata": {"name": "p", "client": "acme"}, "spec": {"waves": waves}}
		with data.assets as assets
		with data.targets as {"acme": {"p": [{"client": "acme", "asset": name} | some name in names]}}
}

all := ["a", "b", "c", "db", "web"]

prod := {"name": "first", "selector": {"matchLabels": {"env": "prod"}}}

test_selected if {
	found([prod, {"percent": 100}], all) == {{
		"path": ["spec", "waves", 0, "selector"],
		"message": "the first wave takes asset \"db\" of tier 0",
		"hint": "select less critical assets for the first wave",
	}}
}

test_others if count(found([{"selector": {"matchLabels": {"env": "test"}}}, prod], all)) == 0

test_single_wave if count(found([prod], all)) == 0

test_few_assets if count(found([prod, {"percent": 100}], ["a", "b", "c", "db"])) == 0

test_drawn if count(found([{"percent": 10}, {"percent": 100}], all)) == 0
