package patchops.plan.way_back_test

import data.patchops.plan.way_back

assets := {"acme": {"db": {"tier": 0}, "app": {"tier": 1}, "pc": {}}}

found(spec, names, tier) := result if {
	result := way_back.deny with input as {"metadata": {"name": "p", "client": "acme"}, "spec": spec}
		with data.parameters as {"plan/way-back": {"tier": tier}}
		with data.assets as assets
		with data.targets as {"acme": {"p": [{"client": "acme", "asset": name} | some name in names]}}
}

all := ["db", "app", "pc"]

test_no_way_back if {
	found({}, all, 0) == {{
		"path": ["spec", "snapshot", "mode"],
		"message": "1 assets of tier 0 are patched without a required snapshot and without a back-out plan",
		"hint": "set snapshot.mode to required, or write a backoutPlan",
	}}
}

test_best_effort_is_none if count(found({"snapshot": {"mode": "bestEffort"}}, all, 0)) == 1

test_required if count(found({"snapshot": {"mode": "required"}}, all, 0)) == 0

test_back_out_plan if count(found({"backoutPlan": "Restore."}, all, 0)) == 0

test_less_critical if {
	count(found({}, ["app", "pc"], 0)) == 0
	count(found({}, ["app", "pc"], 1)) == 1
}
