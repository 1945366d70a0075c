package patchops.okr.coordination_test

import data.patchops.okr.coordination

found(period, review) := result if {
	result := coordination.deny with input as {"metadata": {"name": "o"}, "spec": {"period": period}}
		with data.asOf as "2026-03-12T00:00:00Z"
		with data.parameters as {"okr/coordination": {"within": "P10D"}}
		with data.documents.Review as {"_": {"r": {"spec": review}}}
}

meeting(rest) := object.union({"type": "coordination", "subject": "Objective/_/o", "due": "2026-03-12"}, rest)

test_no_meeting if {
	found("2026-Q1", {}) == {{
		"path": ["metadata", "name"],
		"message": "no coordination meeting is planned, nor was one held within P10D",
		"hint": "add a Review of type coordination with subject Objective/_/o",
	}}
}

test_planned if {
	count(found("2026-Q1", meeting({}))) == 0
	count(found("2026-Q1", meeting({"due": "2026-03-12T00:00:01Z"}))) == 0
	count(found("2026-Q1", meeting({"due": "2026-03-12T00:00:00Z"}))) == 1
	count(found("2026-Q1", meeting({"due": "2026-03-11"}))) == 1
}

test_held if {
	count(found("2026-Q1", meeting({"at": "2026-03-02"}))) == 0
	count(found("2026-Q1", meeting({"at": "2026-03-01T23:59:59Z"}))) == 1
}

test_other_reviews if {
	count(found("2026-Q1", meeting({"type": "retrospective"}))) == 1
	count(found("2026-Q1", meeting({"type": "retrospective", "at": "2026-03-11"}))) == 1
	count(found("2026-Q1", meeting({"subject": "Objective/_/p"}))) == 1
}

test_other_periods if count(found("2025-Q4", {})) == 0
