package patchops.plan.emergency_review_test

import data.patchops.plan.emergency_review

review(rest) := {"spec": object.union({"type": "postImplementation", "subject": "PatchPlan/acme/p", "due": "2026-03-23"}, rest)}

found(type, reviews) := result if {
	result := emergency_review.deny with input as {"metadata": {"name": "p", "client": "acme"}, "spec": {"changeType": type, "deadline": "2026-03-20"}}
		with data.parameters as {"plan/emergency-review": {"within": "P3D"}}
		with data.documents as {"Review": reviews}
}

test_none if {
	found("emergency", {}) == {{
		"path": ["spec", "changeType"],
		"message": "no review of this emergency is due within P3D of its deadline 2026-03-20",
		"hint": "add a Review of type postImplementation with subject PatchPlan/acme/p",
	}}
}

test_reviewed if count(found("emergency", {"acme": {"r": review({})}})) == 0

test_global_review if count(found("emergency", {"_": {"r": review({})}})) == 0

test_of_another_client if count(found("emergency", {"beta": {"r": review({})}})) == 1

test_too_late if {
	count(found("emergency", {"acme": {"r": review({"due": "2026-03-24T00:00:00Z"})}})) == 0
	count(found("emergency", {"acme": {"r": review({"due": "2026-03-24T00:00:01Z"})}})) == 1
}

test_another_type if count(found("emergency", {"acme": {"r": review({"type": "retrospective"})}})) == 1

test_another_subject if count(found("emergency", {"acme": {"r": review({"subject": "PatchPlan/acme/q"})}})) == 1

test_global_plan if {
	count(emergency_review.deny) == 0 with input as {"metadata": {"name": "p"}, "spec": {"changeType": "emergency", "deadline": "2026-03-20"}}
		with data.parameters as {"plan/emergency-review": {"within": "P3D"}}
		with data.documents as {"Review": {"_": {"r": review({"subject": "PatchPlan/_/p"})}}}
}

test_other_changes if {
	count(found("normal", {})) == 0
	count(found("standard", {})) == 0
}
