package patchops.plan.waves_reach_all_test

import data.patchops.plan.waves_reach_all

assets := {"acme": {"a": {"name": "a", "env": "test"}, "b": {"name": "b", "env": "prod"}}, "beta": {"c": {"name": "c", "env": "prod"}}}

targets := {"_": {"p": [{"client": "acme", "asset": "a"}, {"client": "acme", "asset": "b"}, {"client": "beta", "asset": "c"}]}}

found(waves, selected) := result if {
	result := waves_reach_all.deny with input as {"metadata": {"name": "p"}, "spec": {"waves": waves}}
		with data.targets as selected
		with data.assets as assets
}

test_percent if {
	found([{"percent": 10}, {"percent": 99}], targets) == {{
		"path": ["spec", "waves"],
		"message": "the waves do not reach all 3 assets",
		"hint": "end with a wave of percent 100",
	}}
	count(found([{"percent": 10}, {"percent": 100}], targets)) == 0
}

test_count_is_of_each_client if {
	{f.message | some f in found([{"count": 1}], targets)} == {"the waves do not reach all 3 assets"}
	count(found([{"count": 1}, {"count": 2}], targets)) == 0
}

test_selector if {
	{f.message | some f in found([{"selector": {"matchLabels": {"env": "prod"}}}], targets)} == {"the waves do not reach all 3 assets"}
	count(found([{"selector": {"matchLabels": {"env": "prod"}}}, {"selector": {"matchLabels": {"env": "test"}}}], targets)) == 0
}

test_selector_takes_all if {
	everywhere := {"selector": {"matchExpressions": [{"key": "env", "operator": "In", "values": ["prod", "test"]}]}}
	count(found([everywhere], targets)) == 0
}

test_selector_of_clients_is_left_to_the_schedule if count(found([{"selector": {"matchLabels": {"clientTier": "1"}}}], targets)) == 0

test_no_waves if count(found([], targets)) == 1

test_no_targets if {
	count(found([{"percent": 10}], {"_": {"p": []}})) == 0
	count(found([{"percent": 10}], {})) == 0
}
