package patchops.problem.escalation_test

import data.patchops.problem.escalation

found(spec) := result if {
	result := escalation.deny with input as {"spec": spec}
}

test_nobody if {
	found({"state": "open"}) == {{
		"path": ["spec"],
		"message": "the problem says nobody to call in when it takes too long",
		"hint": "add escalation with a group and after how long",
	}}
	count(found({"state": "open", "escalation": []})) == 1
}

test_somebody if count(found({"state": "open", "escalation": [{"group": "g", "after": "P1D"}]})) == 0

test_solved if count(found({"state": "resolved"})) == 0
