package patchops.okr.baseline_period_test

import data.patchops.okr.baseline_period

found(period) := result if {
	result := baseline_period.deny with input as {"spec": {"period": "2026-Q1", "keyResults": [{"id": "KR1"}, {"id": "KR2", "baseline": {"period": period}}]}}
}

test_same_period if {
	found("2026-01") == {{
		"path": ["spec", "keyResults", 1, "baseline", "period"],
		"message": "the baseline of key result KR2 is from 2026-01, which ends after 2026-Q1 has begun",
		"hint": "measure it in the period before",
	}}
}

test_period_before if count(found("2025-Q4")) == 0
