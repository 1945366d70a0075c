package patchops.okr.baseline_unpinned_test

import data.patchops.okr.baseline_unpinned

found(result) := list if {
	list := baseline_unpinned.deny with input as {"spec": {"keyResults": [{"id": "KR1"}, result]}}
}

test_no_commit if {
	found({"id": "KR2", "baseline": {"period": "2025-Q4", "value": 7}}) == {{
		"path": ["spec", "keyResults", 1, "baseline"],
		"message": "the baseline of key result KR2 names no commit, so nobody can compute it again",
		"hint": "add the commit at which it was computed",
	}}
}

test_commit if count(found({"id": "KR2", "baseline": {"commit": "5b0c2f4f4f9a5d1a1c0de1e8f2b5ac0ffee12345"}})) == 0
