package patchops.plan.snapshot_possible_test

import data.patchops.plan.snapshot_possible

found(snapshot) := result if {
	result := snapshot_possible.deny with input as {"metadata": {"name": "p", "client": "acme"}, "spec": snapshot}
		with data.assets as {"acme": {"db": {"snapshot": true}, "box": {"snapshot": false}, "pc": {"name": "pc"}}}
		with data.targets as {"acme": {"p": [{"client": "acme", "asset": name} | some name in ["db", "box", "pc"]]}}
}

test_impossible if {
	found({"snapshot": {"mode": "required"}}) == {{
		"path": ["spec", "snapshot", "mode"],
		"message": "a snapshot is required and asset \"box\" of client \"acme\" cannot have one",
		"hint": "leave the asset to a plan without snapshots",
	}}
}

test_not_required if {
	count(found({"snapshot": {"mode": "bestEffort"}})) == 0
	count(found({})) == 0
}
