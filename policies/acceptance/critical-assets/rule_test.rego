package patchops.acceptance.critical_assets_test

import data.patchops.acceptance.critical_assets

found(tier, approvers) := result if {
	result := critical_assets.deny with input as {"metadata": {"client": "acme"}, "spec": {"scope": {"assets": ["b", "a"]}, "approvers": approvers}}
		with data.parameters as {"acceptance/critical-assets": {"minimum": 2}}
		with data.assets as {"acme": {"a": {"tier": tier}, "b": {}, "c": {"tier": 0}}}
}

test_one if {
	found(0, ["ada", "ada"]) == {{
		"path": ["spec", "approvers"],
		"message": "1 of 2 wanted approvers accept a risk of asset \"a\" of tier 0",
		"hint": "ask another person",
	}}
}

test_two if count(found(0, ["ada", "ben"])) == 0

test_other_tiers if count(found(1, ["ada"])) == 0
