package patchops.okr.status_overdue_test

import data.patchops.okr.status_overdue

found(asof, period, told) := result if {
	result := status_overdue.deny with input as {"metadata": {"name": "o"}, "spec": {"period": period}}
		with data.asOf as asof
		with data.parameters as {"okr/status-overdue": {"maximum": "P10D"}}
		with data.documents.StatusUpdate as {"_": told}
}

one(objective, at) := {"a": {"spec": {"objectiveRef": objective, "at": at}}}

test_silence if {
	found("2026-03-12T00:00:01Z", "2026-Q1", one("o", "2026-03-02")) == {{
		"path": ["metadata", "name"],
		"message": "10 days without a status update, one every P10D is wanted",
		"hint": "write a StatusUpdate of a few sentences",
	}}
}

test_in_time if count(found("2026-03-12T00:00:00Z", "2026-Q1", one("o", "2026-03-02"))) == 0

test_the_period_counts_from_its_begin if {
	count(found("2026-01-11T00:00:00Z", "2026-Q1", {})) == 0
	count(found("2026-01-11T00:00:01Z", "2026-Q1", {})) == 1
}

test_another_objective if count(found("2026-03-12T09:00:00Z", "2026-Q1", one("p", "2026-03-11"))) == 1

test_what_is_to_come_does_not_count if count(found("2026-03-12T09:00:00Z", "2026-Q1", one("o", "2026-03-13"))) == 1

test_other_periods if {
	count(found("2026-03-12T09:00:00Z", "2025-Q4", {})) == 0
	count(found("2026-03-12T09:00:00Z", "2026-Q2", {})) == 0
}
