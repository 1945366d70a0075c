package patchops.rollout.after_hours_test

import data.patchops.rollout.after_hours

agreement(rates) := {"PatchPlan": {"acme": {"p": {"spec": {"changeType": "normal"}}, "e": {"spec": {"changeType": "emergency"}}}}, "ClientAgreement": {"acme": {"a": {"spec": {"effective": "2026-01-01", "rates": object.union({"regularPerHour": 9000}, rates)}}}}}

found(seconds, rates) := result if {
	result := after_hours.deny with input as {"client": "acme", "plan": "p", "cost": {"currency": "EUR", "amount": 54000, "seconds": seconds}}
		with data.asOf as "2026-03-12T09:00:00Z"
		with data.documents as agreement(rates)
}

dear := {"afterHoursPerHour": 9001, "holidayPerHour": 9001}

test_after_hours if {
	found({"regular": 0, "afterHours": 172860, "holiday": 0}, dear) == {{
		"path": ["cost", "seconds", "afterHours"],
		"message": "2881 minutes are charged at the rate after hours at client \"acme\", more than P2D: 54000 minor units of EUR in all",
		"hint": "move work into a window within regular hours, or agree on another basis of the rates",
	}}
	count(found({"regular": 172860, "afterHours": 172800, "holiday": 0}, dear)) == 0
}

test_holidays if {
	found({"regular": 0, "afterHours": 0, "holiday": 3660}, dear) == {{
		"path": ["cost", "seconds", "holiday"],
		"message": "61 minutes are charged at the rate of holidays at client \"acme\", more than PT1H: 54000 minor units of EUR in all",
		"hint": "move notBefore past the holiday, or move its windows",
	}}
	count(found({"regular": 0, "afterHours": 0, "holiday": 3600}, dear)) == 0
}

test_no_dearer if {
	much := {"regular": 0, "afterHours": 180000, "holiday": 180000}
	count(found(much, {"afterHoursPerHour": 9000, "holidayPerHour": 9000})) == 0
	count(found(much, {"afterHoursPerHour": 9001})) == 1
	count(found(much, {"holidayPerHour": 9001})) == 1
	count(found(much, {})) == 0
}

test_emergency if {
	rollout := {"client": "acme", "plan": "e", "cost": {"currency": "EUR", "amount": 54000, "seconds": {"regular": 0, "afterHours": 180000, "holiday": 180000}}}
	count(after_hours.deny) == 0 with input as rollout with data.asOf as "2026-03-12T09:00:00Z" with data.documents as agreement(dear)
}

test_parameters if {
	count(found({"regular": 0, "afterHours": 3660, "holiday": 0}, dear)) == 1 with data.parameters as {"rollout/after-hours": {"afterHours": "PT1H", "holidays": "PT1H"}}
}
