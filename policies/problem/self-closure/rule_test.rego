package patchops.problem.self_closure_test

import data.patchops.problem.self_closure

found(approver) := result if {
	result := self_closure.deny with input as {"spec": {"owner": "ada", "closure": {"approver": approver}}}
}

test_alone if {
	found("ada") == {{
		"path": ["spec", "closure", "approver"],
		"message": "ada owns the problem and closed it alone",
		"hint": "let somebody else approve the closure",
	}}
}

test_another if count(found("ben")) == 0
