package patchops.plan.minimum_age_test

import data.patchops.plan.minimum_age

found(spec) := result if {
	result := minimum_age.deny with input as {"metadata": {"name": "p"}, "spec": spec} with data.parameters as {"plan/minimum-age": {"days": 3}}
}

test_too_young if {
	found({"changeType": "standard", "minimumAge": "P2DT23H59M59S"}) == {{
		"path": ["spec", "minimumAge"],
		"message": "a standard change installs patches from an age of P2DT23H59M59S on, at least 3 days are wanted",
		"hint": "set minimumAge to P3D or more, or make it a normal change",
	}}
}

test_no_age if {
	{f.message | some f in found({"changeType": "standard"})} == {"a standard change installs patches from an age of PT0S on, at least 3 days are wanted"}
}

test_old_enough if count(found({"changeType": "standard", "minimumAge": "P3D"})) == 0

test_no_days_wanted if {
	count(minimum_age.deny) == 0 with input as {"metadata": {"name": "p"}, "spec": {"changeType": "standard"}} with data.parameters as {"plan/minimum-age": {"days": 0}}
}

test_other_changes if {
	count(found({"changeType": "normal"})) == 0
	count(found({"changeType": "emergency"})) == 0
}
