package patchops.change.drops_work_test

import data.patchops.change.drops_work as rule

rollout(before, after) := {"client": "acme", "plan": "p", "before": {"placements": [{"asset": name} | some name in before]}, "after": after}

none := {"placements": [], "unplaced": [], "excluded": []}

found(rollouts) := result if {
	result := rule.deny with input as {"rollouts": rollouts}
		with data.assets as {"acme": {"a": {"name": "a"}, "b": {"name": "b"}, "c": {"name": "c"}}}
}

test_told if found([rollout(["a"], object.union(none, {"placements": [{"asset": "a"}]})), rollout(["a", "b", "c"], none)]) == {{
	"path": ["rollouts", 1],
	"message": "2 assets of client \"acme\" are planned no more, b first",
	"hint": "plan them elsewhere, or accept the risk in a RiskAcceptance",
}}

test_plan_gone if count(found([object.remove(rollout(["a"], none), ["after"])])) == 1

test_spoken_of if {
	count(found([rollout(["a"], object.union(none, {"unplaced": [{"asset": "a"}]}))])) == 0
	count(found([rollout(["a"], object.union(none, {"excluded": [{"asset": "a"}]}))])) == 0
}

test_other_client if count(found([
	rollout(["a"], none),
	object.union(rollout([], object.union(none, {"placements": [{"asset": "a"}]})), {"client": "birch"}),
])) == 1

test_asset_gone if count(found([rollout(["z"], none)])) == 0

test_had_none if count(found([rollout([], none)])) == 0
