package patchops.review.failed_test

import data.patchops.review.failed

own := {"type": "effectiveness", "subject": "Problem/acme/p", "due": "2026-03-01", "verdict": "fail"}

found(review, other) := result if {
	result := failed.deny with input as {"metadata": {"client": "acme"}, "spec": object.union(own, review)}
		with data.documents as {
			"Problem": {"acme": {"p": {"spec": {"state": "resolved"}}, "q": {"spec": {"state": "closed"}}, "r": {"spec": {"state": "investigating"}}}},
			"Review": {"acme": {"own": {"spec": own}, "other": {"spec": other}}},
		}
}

test_failed if {
	found({}, {}) == {{
		"path": ["spec", "verdict"],
		"message": "the fix of problem \"p\" was found not to help, and the problem is resolved",
		"hint": "set the problem's state back to investigating",
	}}
	count(found({"subject": "Problem/acme/q"}, {})) == 1
}

test_taken_up if count(found({"subject": "Problem/acme/r"}, {})) == 0

test_helped if count(found({"verdict": "pass"}, {})) == 0

test_other_reviews if {
	count(found({"type": "rootCause"}, {})) == 0
	count(found({"subject": "PatchPlan/acme/p"}, {})) == 0
}

test_looked_at_again if {
	count(found({}, object.union(own, {"due": "2026-03-02"}))) == 0
	count(found({}, object.union(own, {"due": "2026-03-01"}))) == 1
	count(found({}, object.union(own, {"due": "2026-03-02", "type": "rootCause"}))) == 1
	count(found({}, object.union(own, {"due": "2026-03-02", "subject": "Problem/acme/q"}))) == 1
}

test_global if {
	count(failed.deny) == 1 with input as {"metadata": {}, "spec": own}
		with data.documents as {"Problem": {"acme": {"p": {"spec": {"state": "resolved"}}}}, "Review": {"acme": {"other": {"spec": object.union(own, {"due": "2026-03-02"})}}}}
	count(failed.deny) == 0 with input as {"metadata": {}, "spec": own}
		with data.documents as {"Problem": {"acme": {"p": {"spec": {"state": "resolved"}}}}, "Review": {"_": {"other": {"spec": object.union(own, {"due": "2026-03-02"})}}}}
}
