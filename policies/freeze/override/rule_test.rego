package patchops.freeze.override_test

import data.patchops.freeze.override

found(require, spec) := result if {
	result := override.deny with input as {"metadata": {"name": "f"}, "spec": spec}
		with data.documents as {"ApprovalRule": {"_": {"lift": {"spec": {"require": require}}}}}
}

lifted := {"override": {"approvalRuleRef": "lift"}}

test_one_person if {
	found({"group": "managers", "count": 1}, lifted) == {{
		"path": ["spec", "override", "approvalRuleRef"],
		"message": "approval rule \"lift\" lets one person lift the freeze, at least 2 are wanted",
		"hint": "ask for a second person in its require",
	}}
}

test_two_people if count(found({"group": "managers", "count": 2}, lifted)) == 0

test_no_override if count(found({"group": "managers", "count": 1}, {})) == 0
