package patchops.problem.effectiveness_test

import data.patchops.problem.effectiveness

found(spec) := result if {
	result := effectiveness.deny with input as {"spec": object.union({"state": "closed", "closure": {"method": "patch"}}, spec)}
}

test_nobody_says if {
	found({}) == {{
		"path": ["spec", "closure", "method"],
		"message": "the problem is closed by a patch and nobody says whether that helped",
		"hint": "write effectiveness, or leave the state at resolved until it is known",
	}}
}

test_did_not_help if {
	found({"effectiveness": "inconclusive"}) == {{
		"path": ["spec", "effectiveness"],
		"message": "the problem is closed by a patch whose effect is inconclusive",
		"hint": "set the state back to investigating",
	}}
}

test_helped if count(found({"effectiveness": "effective"})) == 0

test_not_closed if {
	count(found({"state": "resolved"})) == 0
	count(found({"state": "resolved", "effectiveness": "ineffective"})) == 0
}

test_other_ways if {
	count(found({"closure": {"method": "nonPatch"}})) == 0
	count(found({"closure": {"method": "nonPatch"}, "effectiveness": "ineffective"})) == 0
}
