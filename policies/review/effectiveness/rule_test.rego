package patchops.review.effectiveness_test

import data.patchops.review.effectiveness

found(state, patches, review) := result if {
	result := effectiveness.deny with input as {"metadata": {"name": "p", "client": "acme"}, "spec": {"state": state, "patchIds": patches}}
		with data.documents.Review as {"acme": {"r": {"spec": review}}}
}

planned := {"type": "effectiveness", "subject": "Problem/acme/p"}

test_no_review if {
	found("resolved", ["a"], {}) == {{
		"path": ["spec", "state"],
		"message": "the problem was resolved by a patch and nobody is to look whether that helped",
		"hint": "add a Review of type effectiveness with subject Problem/acme/p",
	}}
	count(found("closed", ["a"], {})) == 1
}

test_review if count(found("resolved", ["a"], planned)) == 0

test_another_review if {
	count(found("resolved", ["a"], object.union(planned, {"type": "rootCause"}))) == 1
	count(found("resolved", ["a"], object.union(planned, {"subject": "Problem/acme/q"}))) == 1
}

test_not_by_a_patch if count(found("resolved", [], {})) == 0

test_not_solved if count(found("knownError", ["a"], {})) == 0
