package patchops.patch.assessment_overdue_test

import data.patchops.patch.assessment_overdue

found(spec, asof) := result if {
	result := assessment_overdue.deny with input as {"metadata": {"name": "p"}, "spec": object.union({"severity": "critical", "releasedAt": "2026-03-01"}, spec)}
		with data.asOf as asof
		with data.parameters as {"patch/assessment-overdue": {"within": "P10D"}}
}

test_none if {
	found({}, "2026-03-11T00:00:01Z") == {{
		"path": ["spec", "assessment"],
		"message": "a critical patch of 2026-03-01 is still to be assessed, within P10D is wanted",
		"hint": "decide and write the assessment",
	}}
}

test_in_time if count(found({}, "2026-03-11T00:00:00Z")) == 0

test_pending if count(found({"assessment": {"decision": "pending"}}, "2026-03-20T00:00:00Z")) == 1

test_decided if {
	count(found({"assessment": {"decision": "approved"}}, "2026-03-20T00:00:00Z")) == 0
	count(found({"assessment": {"decision": "declined"}}, "2026-03-20T00:00:00Z")) == 0
}

test_severity if {
	count(found({"severity": "high"}, "2026-03-20T00:00:00Z")) == 1
	count(found({"severity": "medium"}, "2026-03-20T00:00:00Z")) == 0
}

test_withdrawn if count(found({"withdrawnAt": "2026-03-02"}, "2026-03-20T00:00:00Z")) == 0
