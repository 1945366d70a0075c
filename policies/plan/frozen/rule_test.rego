package patchops.plan.frozen_test

import data.patchops.plan.frozen

freeze := {"from": "2026-03-10", "until": "2026-03-20"}

assets := {"acme": {"web": {"name": "web", "role": "web"}, "db": {"name": "db", "role": "db"}}}

documents(freezes) := {
	"Client": {"acme": {"acme": {"spec": {"timezone": "Europe/Berlin"}}}},
	"Freeze": freezes,
	"Patch": {"_": {"bad": {"spec": {"severity": "critical"}}, "mild": {"spec": {"severity": "high"}}}},
}

found(spec, freezes, names) := result if {
	result := frozen.deny with input as {"metadata": {"name": "p", "client": "acme"}, "spec": object.union({"deadline": "2026-03-20", "patches": ["mild"]}, spec)}
		with data.asOf as "2026-03-12T09:00:00Z"
		with data.documents as documents(freezes)
		with data.assets as assets
		with data.targets as {"acme": {"p": [{"client": "acme", "asset": name} | some name in names]}}
}

both := ["web", "db"]

one(rest) := {"_": {"f": {"spec": object.union(freeze, rest)}}}

test_within if {
	found({}, one({}), both) == {{
		"path": ["spec", "deadline"],
		"message": "freeze \"f\" lasts from 2026-03-10 until 2026-03-20, beyond the whole time of this plan",
		"hint": "move the plan past the freeze, or let the freeze be overridden",
	}}
}

test_freeze_of_the_client if {
	count(found({}, {"acme": {"f": {"spec": freeze}}}, both)) == 1
	count(found({}, {"beta": {"f": {"spec": freeze}}}, both)) == 0
}

test_time_after if {
	count(found({"deadline": "2026-03-21"}, one({}), both)) == 0
	count(found({"deadline": "2026-03-20T23:00:00Z"}, one({}), both)) == 1
	count(found({"deadline": "2026-03-20T23:00:01Z"}, one({}), both)) == 0
}

test_time_before if {
	count(found({}, one({"from": "2026-03-12T09:00:00Z"}), both)) == 1
	count(found({}, one({"from": "2026-03-12T09:00:01Z"}), both)) == 0
	count(found({"notBefore": "2026-03-14"}, one({"from": "2026-03-13"}), both)) == 1
	count(found({"notBefore": "2026-03-11"}, one({"from": "2026-03-12"}), both)) == 1
	count(found({"notBefore": "2026-03-11"}, one({"from": "2026-03-13"}), both)) == 0
}

test_zone_of_the_freeze if count(found({}, one({"timezone": "Asia/Tokyo"}), both)) == 0

test_plan_is_over if {
	count(found({"deadline": "2026-03-11"}, one({}), both)) == 0
	count(found({"deadline": "2026-03-12T09:00:00Z"}, one({}), both)) == 0
	count(found({"deadline": "2026-03-12T09:00:01Z"}, one({}), both)) == 1
}

test_override if count(found({}, one({"override": {"approvalRuleRef": "r"}}), both)) == 0

test_some_clients_are_left_to_the_schedule if count(found({}, one({"clientSelector": {}}), both)) == 0

test_severe_patches_pass if {
	count(found({"patches": ["bad"]}, one({"passAbove": "high"}), both)) == 0
	count(found({"patches": ["mild"]}, one({"passAbove": "high"}), both)) == 1
}

test_only_some_assets if {
	web := {"selector": {"matchLabels": {"role": "web"}}}
	count(found({}, one(web), both)) == 0
	count(found({}, one(web), ["web"])) == 1
}

test_no_assets if count(found({}, one({}), [])) == 0
