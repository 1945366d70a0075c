package patchops.window.not_agreed_test

import data.patchops.window.not_agreed

documents(status, agreements) := {
	"Client": {"acme": {"acme": {"spec": {"status": status}}}},
	"ClientAgreement": {"acme": {name: {"spec": agreement} | some name, agreement in agreements}},
}

found(status, agreements, spec) := result if {
	result := not_agreed.deny with input as {"metadata": {"name": "w", "client": "acme"}, "spec": spec}
		with data.asOf as "2026-03-12T09:00:00Z"
		with data.documents as documents(status, agreements)
}

other := {"windowRefs": ["x"], "emergency": {}}

test_nobody_names_it if {
	found("active", {"a": other}, {}) == {{
		"path": ["metadata", "name"],
		"message": "no agreement of client \"acme\" names window \"w\", so it never opens",
		"hint": "name it in windowRefs of the agreement, or delete it",
	}}
}

test_agreed if count(found("active", {"a": other, "b": {"windowRefs": ["w"], "emergency": {}}}, {})) == 0

test_emergency_window if count(found("active", {"a": {"windowRefs": [], "emergency": {"windowRefs": ["w"]}}}, {})) == 0

test_deny_window if count(found("active", {"a": other}, {"type": "deny"})) == 0

test_no_agreement_is_another_rule if {
	count(found("active", {}, {})) == 0
	count(found("active", {"a": object.union(other, {"expires": "2026-03-11"})}, {})) == 0
}

test_ended if count(found("ended", {"a": other}, {})) == 0

test_global_window if {
	count(not_agreed.deny) == 0 with input as {"metadata": {"name": "w"}, "spec": {}}
		with data.asOf as "2026-03-12T09:00:00Z"
		with data.documents as documents("active", {"a": other})
}
