package patchops.evidence.before_missing_test

import data.patchops.evidence.before_missing

own := {"metadata": {"name": "own"}, "spec": {"problemRef": "p", "procedureRef": "smoke", "phase": "after", "result": "pass"}}

before := {"problemRef": "p", "procedureRef": "smoke", "phase": "before", "result": "fail"}

found(test, other) := result if {
	result := before_missing.deny with input as object.union(own, {"spec": test})
		with data.documents.TestEvidence as {"_": {"own": own, "other": {"spec": other}}}
}

test_never_seen if {
	found({}, {}) == {{
		"path": ["spec", "problemRef"],
		"message": "no test by \"smoke\" shows problem \"p\" before the patch",
		"hint": "run the test without the patch too, and add the evidence",
	}}
}

test_seen if count(found({}, before)) == 0

test_something_else_was_seen if {
	count(found({}, object.union(before, {"problemRef": "q"}))) == 1
	count(found({}, object.union(before, {"procedureRef": "restore"}))) == 1
	count(found({}, object.union(before, {"phase": "after"}))) == 1
	count(found({}, object.union(before, {"result": "pass"}))) == 1
}

test_other_tests if {
	count(found({"phase": "before"}, {})) == 0
	count(found({"result": "fail"}, {})) == 0
}

test_of_no_problem if count(before_missing.deny) == 0 with input as {"metadata": {"name": "own"}, "spec": {"phase": "after", "result": "pass"}}
