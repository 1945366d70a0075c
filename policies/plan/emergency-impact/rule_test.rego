package patchops.plan.emergency_impact_test

import data.patchops.plan.emergency_impact

found(spec) := result if result := emergency_impact.deny with input as {"metadata": {"name": "p"}, "spec": spec}

test_no_impact if {
	found({"changeType": "emergency", "backoutPlan": "Restore."}) == {{
		"path": ["spec", "impact"],
		"message": "an emergency without a word on its impact",
		"hint": "say in impact what users will notice",
	}}
}

test_no_way_back if {
	found({"changeType": "emergency", "impact": "None."}) == {{
		"path": ["spec", "backoutPlan"],
		"message": "an emergency without a back-out plan",
		"hint": "say in backoutPlan what is done when it goes wrong",
	}}
}

test_both if count(found({"changeType": "emergency", "impact": "None.", "backoutPlan": "Restore."})) == 0

test_other_changes if {
	count(found({"changeType": "standard"})) == 0
	count(found({"changeType": "normal"})) == 0
}
