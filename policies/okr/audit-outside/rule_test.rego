package patchops.okr.audit_outside_test

import data.patchops.okr.audit_outside

found(dates) := result if {
	result := audit_outside.deny with input as {"spec": {"period": "2026-Q1", "auditDates": [{"date": date} | some date in dates]}}
		with data.parameters as {"okr/audit-outside": {"after": "P10D"}}
}

test_outside if {
	found(["2026-02-01", "2026-04-11"]) == {{
		"path": ["spec", "auditDates", 1, "date"],
		"message": "the audit on 2026-04-11 is neither in the period 2026-Q1 nor within P10D of its end",
		"hint": "move it to the objective of its period",
	}}
	count(found(["2025-12-31"])) == 1
}

test_inside if count(found(["2026-01-01", "2026-04-10"])) == 0
