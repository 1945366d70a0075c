package patchops.okr.period_over_test

import data.patchops.okr.period_over

found(asof, review) := result if {
	result := period_over.deny with input as {"metadata": {"name": "o"}, "spec": {"period": "2026-Q1"}}
		with data.asOf as asof
		with data.documents.Review as {"_": {"r": {"spec": review}}}
}

done := {"type": "retrospective", "subject": "Objective/_/o", "at": "2026-04-01"}

test_no_retrospective if {
	found("2026-04-01T00:00:00Z", {}) == {{
		"path": ["spec", "period"],
		"message": "the period 2026-Q1 is over and no retrospective has looked back at it",
		"hint": "add a Review of type retrospective with subject Objective/_/o and its at",
	}}
}

test_retrospective if count(found("2026-04-01T00:00:00Z", done)) == 0

test_not_done_yet if count(found("2026-04-01T00:00:00Z", object.remove(done, ["at"]))) == 1

test_other_reviews if {
	count(found("2026-04-01T00:00:00Z", object.union(done, {"type": "coordination"}))) == 1
	count(found("2026-04-01T00:00:00Z", object.union(done, {"subject": "Objective/_/p"}))) == 1
}

test_not_over if count(found("2026-03-31T23:59:59Z", {})) == 0
