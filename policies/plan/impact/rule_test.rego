package patchops.plan.impact_test

import data.patchops.plan.impact

found(spec) := result if result := impact.deny with input as {"metadata": {"name": "p"}, "spec": spec}

test_none if {
	found({"changeType": "normal"}) == {{
		"path": ["spec", "impact"],
		"message": "a normal change without a word on its impact",
		"hint": "say in impact what users will notice",
	}}
}

test_impact if count(found({"changeType": "normal", "impact": "None."})) == 0

test_other_changes if {
	count(found({"changeType": "standard"})) == 0
	count(found({"changeType": "emergency"})) == 0
}
