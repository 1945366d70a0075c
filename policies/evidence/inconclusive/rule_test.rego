package patchops.evidence.inconclusive_test

import data.patchops.evidence.inconclusive

own := {"metadata": {"name": "own"}, "spec": {"patches": ["a", "b"], "procedureRef": "smoke", "result": "inconclusive", "at": "2026-03-10"}}

found(test, other) := result if {
	result := inconclusive.deny with input as object.union(own, {"spec": test})
		with data.documents.TestEvidence as {"_": {"own": own, "other": {"spec": other}}}
}

later := {"patches": ["b"], "procedureRef": "smoke", "result": "pass", "at": "2026-03-11"}

test_settled_for_one if {
	found({}, later) == {{
		"path": ["spec", "patches", 0],
		"message": "the test of patch \"a\" came out inconclusive, and none after it by \"smoke\" says more",
		"hint": "find out why it says nothing, and test again",
	}}
}

test_does_not_settle if {
	count(found({}, object.union(later, {"result": "inconclusive"}))) == 2
	count(found({}, object.union(later, {"procedureRef": "restore"}))) == 2
	count(found({}, object.union(later, {"at": "2026-03-10"}))) == 2
}

test_conclusive if count(found({"result": "fail"}, later)) == 0

test_of_a_client if {
	count(inconclusive.deny) == 1 with input as object.union(own, {"metadata": {"client": "acme"}})
		with data.documents.TestEvidence as {"acme": {"other": {"spec": later}}}
}
