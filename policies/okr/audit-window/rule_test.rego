package patchops.okr.audit_window_test

import data.patchops.okr.audit_window

documents(window) := {
	"Client": {"acme": {"acme": {"spec": {"status": "active"}}}, "beta": {"beta": {"spec": {"status": "ended"}}}},
	"ClientAgreement": {"acme": {"a": {"spec": {"effective": "2026-01-01", "windowRefs": ["w"]}}}},
	"MaintenanceWindow": {"acme": {"w": {"spec": window}}},
}

found(audit, window) := result if {
	result := audit_window.deny with input as {"spec": {"auditDates": [{"date": "2026-01-10"}, audit]}}
		with data.asOf as "2026-03-12T09:00:00Z"
		with data.documents as documents(window)
}

audit := {"date": "2026-03-25"}

weekly := {"start": "2026-01-03T22:00", "recurrence": "FREQ=WEEKLY"}

test_too_late if {
	found(audit, {"start": "2026-03-25T22:00", "recurrence": "FREQ=WEEKLY"}) == {{
		"path": ["spec", "auditDates", 1, "date"],
		"message": "no window of client \"acme\" opens before the audit on 2026-03-25",
		"hint": "agree on a window that opens before it, or move the audit",
	}}
}

test_recurring if count(found(audit, weekly)) == 0

test_single if {
	count(found(audit, {"start": "2026-03-12T22:00"})) == 0
	count(found(audit, {"start": "2026-03-11T22:00"})) == 1
	count(found(audit, {"start": "2026-03-11T22:00", "rdates": ["2026-03-24T22:00"]})) == 0
	count(found(audit, {"start": "2026-03-11T22:00", "rdates": ["2026-03-25T22:00"]})) == 1
}

test_bounds if {
	count(found({"date": "2026-03-13"}, {"start": "2026-03-12T09:00"})) == 0
	count(found({"date": "2026-03-13"}, {"start": "2026-03-12T08:59"})) == 1
	count(found({"date": "2026-03-13"}, {"start": "2026-03-13T00:00"})) == 1
}

test_named_clients if {
	{f.message | some f in found({"date": "2026-03-25", "clients": ["acme", "beta"]}, weekly)} == {"no window of client \"beta\" opens before the audit on 2026-03-25"}
	count(found({"date": "2026-03-25", "clients": []}, {"start": "2026-03-11T22:00"})) == 0
}

test_today if count(found({"date": "2026-03-12"}, {"start": "2026-03-12T08:00"})) == 1

test_past if count(found({"date": "2026-03-11"}, {"start": "2026-03-11T22:00"})) == 0

test_no_agreement if {
	count(audit_window.deny) == 1 with input as {"spec": {"auditDates": [audit]}}
		with data.asOf as "2026-03-12T09:00:00Z"
		with data.documents as object.union(documents(weekly), {"ClientAgreement": {"acme": {"a": {"spec": {"effective": "2027-01-01"}}}}})
}
