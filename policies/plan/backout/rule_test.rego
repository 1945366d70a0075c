package patchops.plan.backout_test

import data.patchops.plan.backout

found(spec) := result if result := backout.deny with input as {"metadata": {"name": "p"}, "spec": spec}

test_none if {
	found({"changeType": "normal"}) == {{
		"path": ["spec", "backoutPlan"],
		"message": "a normal change without a back-out plan",
		"hint": "say in backoutPlan what is done when it goes wrong",
	}}
}

test_plan if count(found({"changeType": "normal", "backoutPlan": "Restore."})) == 0

test_other_changes if {
	count(found({"changeType": "standard"})) == 0
	count(found({"changeType": "emergency"})) == 0
}
