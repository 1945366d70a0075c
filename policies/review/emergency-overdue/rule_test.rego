package patchops.review.emergency_overdue_test

import data.patchops.review.emergency_overdue

found(due, spec, subject) := result if {
	result := emergency_overdue.deny with input as {"metadata": {}, "spec": object.union({"due": due, "type": "postImplementation", "subject": subject}, spec)}
		with data.asOf as "2026-03-12T00:00:00Z"
		with data.parameters as {"review/emergency-overdue": {"grace": "P2D"}}
		with data.documents.PatchPlan as {"acme": {"p": {"spec": {"changeType": "emergency"}}, "q": {"spec": {"changeType": "normal"}}}}
}

test_overdue if {
	found("2026-03-09T23:59:59Z", {}, "PatchPlan/acme/p") == {{
		"path": ["spec", "due"],
		"message": "the review of the emergency PatchPlan/acme/p was due at 2026-03-09T23:59:59Z, more than P2D ago",
		"hint": "do it and write by, at and verdict",
	}}
}

test_grace if {
	count(found("2026-03-10T00:00:00Z", {}, "PatchPlan/acme/p")) == 0
	count(found("2026-03-09", {}, "PatchPlan/acme/p")) == 0
	count(found("2026-03-08", {}, "PatchPlan/acme/p")) == 1
}

test_done if count(found("2026-03-01", {"at": "2026-03-02"}, "PatchPlan/acme/p")) == 0

test_no_emergency if {
	count(found("2026-03-01", {}, "PatchPlan/acme/q")) == 0
	count(found("2026-03-01", {}, "PatchPlan/acme/none")) == 0
	count(found("2026-03-01", {}, "Problem/acme/p")) == 0
	count(found("2026-03-01", {"type": "effectiveness"}, "PatchPlan/acme/p")) == 0
}
