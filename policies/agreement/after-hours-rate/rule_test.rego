package patchops.agreement.after_hours_rate_test

import data.patchops.agreement.after_hours_rate

weekdays := [{"days": ["MO", "TU", "WE", "TH", "FR"], "from": "08:00", "to": "18:00"}]

night := {"timezone": "client", "start": "2026-01-05T22:00", "recurrence": "FREQ=WEEKLY;BYDAY=MO"}

documents(status, client, window) := {
	"Client": {"acme": {"acme": {"spec": object.union({"status": status, "timezone": "Europe/Berlin"}, client)}}},
	"MaintenanceWindow": {"acme": {"night": {"spec": window}}},
}

found(rates, data_documents) := result if {
	result := after_hours_rate.deny with input as {"metadata": {"name": "a", "client": "acme"}, "spec": object.union({"windowRefs": ["night"]}, rates)}
		with data.asOf as "2026-03-12T09:00:00Z"
		with data.documents as data_documents
}

with_hours := documents("active", {"businessHours": weekdays}, night)

test_no_rate if {
	found({"rates": {"regularPerHour": 100}}, with_hours) == {{
		"path": ["spec", "rates"],
		"message": "window \"night\" opens at 22:00 outside regular hours, no rate after hours is agreed",
		"hint": "agree on afterHoursPerHour",
	}}
}

test_a_rate if {
	count(found({"rates": {"afterHoursPerHour": 200}}, with_hours)) == 0
	count(found({"rates": {"afterHoursPerHour": 0}}, with_hours)) == 0
}

test_included if count(found({"rates": {"basis": "included"}}, with_hours)) == 0

test_attended if count(found({"rates": {"basis": "attended"}}, with_hours)) == 1

test_regular_hours_of_the_agreement if {
	count(found({"rates": {"regularHours": [{"days": ["MO"], "from": "20:00", "to": "24:00"}]}}, with_hours)) == 0
	count(found({"rates": {"regularHours": [{"days": ["TU"], "from": "20:00", "to": "24:00"}]}}, with_hours)) == 1
}

test_no_hours_at_all if count(found({"rates": {}}, documents("active", {}, night))) == 0

test_within_hours if {
	day := documents("active", {"businessHours": weekdays}, {"timezone": "client", "start": "2026-01-05T10:00", "recurrence": "FREQ=WEEKLY"})
	count(found({"rates": {}}, day)) == 0
}

test_zone_of_the_window if {
	count(found({"rates": {}}, documents("active", {"businessHours": weekdays}, object.union(night, {"timezone": "Europe/Berlin"})))) == 1
	count(found({"rates": {}}, documents("active", {"businessHours": weekdays}, object.union(night, {"timezone": "Asia/Tokyo"})))) == 0
}

test_deny_window if count(found({"rates": {}}, documents("active", {"businessHours": weekdays}, object.union(night, {"type": "deny"})))) == 0

test_history if count(found({"rates": {}, "expires": "2026-03-11"}, with_hours)) == 0

test_not_active if count(found({"rates": {}}, documents("suspended", {"businessHours": weekdays}, night))) == 0
