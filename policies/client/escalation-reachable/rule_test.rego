package patchops.client.escalation_reachable_test

import data.patchops.client.escalation_reachable

asof := "2026-03-12T09:00:00Z"

weekdays := [{"days": ["MO", "TU", "WE", "TH", "FR"], "from": "08:00", "to": "18:00"}]

nights := [{"days": ["MO", "TU", "WE", "TH", "FR", "SA", "SU"], "from": "18:00", "to": "08:00"}]

nightly := {"timezone": "client", "start": "2026-01-01T22:00", "recurrence": "FREQ=WEEKLY;BYDAY=SA"}

documents(window, contacts) := {
	"Client": {"acme": {"acme": {"spec": {"status": "active", "timezone": "Europe/Berlin"}}}},
	"ClientAgreement": {"acme": {"a": {"spec": {"effective": "2026-01-01", "windowRefs": ["nightly"]}}}},
	"MaintenanceWindow": {"acme": {"nightly": {"spec": window}}},
	"Contact": {"acme": contacts},
}

acme := {"metadata": {"name": "acme", "client": "acme"}, "spec": {"timezone": "Europe/Berlin"}}

found(window, contacts) := result if {
	result := escalation_reachable.deny with input as acme with data.asOf as asof with data.documents as documents(window, contacts)
}

by_day := {"a": {"spec": {"role": "escalation", "hours": weekdays}}}

test_nobody_at_night if {
	found(nightly, by_day) == {{
		"path": ["metadata", "name"],
		"message": "no escalation contact of client \"acme\" can be reached on SA at 22:00, when window \"nightly\" opens",
		"hint": "extend the hours of an escalation contact, or add one",
	}}
}

test_one_of_two_is_enough if count(found(nightly, object.union(by_day, {"b": {"spec": {"role": "escalation", "hours": nights}}}))) == 0

test_no_hours_is_always if count(found(nightly, {"a": {"spec": {"role": "escalation"}}})) == 0

test_other_roles_do_not_count if count(found(nightly, object.union(by_day, {"b": {"spec": {"role": "technical"}}}))) == 1

test_within_hours if count(found(object.union(nightly, {"start": "2026-01-02T10:00", "recurrence": "FREQ=WEEKLY;BYDAY=FR"}), by_day)) == 0

test_every_day_counts if {
	{f.message | some f in found(object.union(nightly, {"start": "2026-01-02T10:00", "recurrence": "FREQ=WEEKLY;BYDAY=FR,SU"}), by_day)} == {"no escalation contact of client \"acme\" can be reached on SU at 10:00, when window \"nightly\" opens"}
}

test_zone_of_the_window if {
	count(found(object.union(nightly, {"timezone": "Europe/Berlin"}), by_day)) == 1
	count(found(object.union(nightly, {"timezone": "America/New_York"}), by_day)) == 0
}

test_no_escalation_contact_is_another_rule if count(found(nightly, {})) == 0

test_not_active if {
	waiting := object.union(documents(nightly, by_day), {"Client": {"acme": {"acme": {"spec": {"status": "onboarding"}}}}})
	count(escalation_reachable.deny) == 0 with input as acme with data.asOf as asof with data.documents as waiting
}
