package patchops.client.inactive_agreement_test

import data.patchops.client.inactive_agreement

documents(status, agreement) := {
	"Client": {"acme": {"acme": {"spec": {"status": status}}}},
	"ClientAgreement": {"acme": {"a": {"spec": agreement}}},
	"MaintenanceWindow": {"acme": {"nightly": {"spec": {}}}},
	"Contact": {"acme": {"ops": {"spec": {"role": "primary"}}}},
}

found(status, agreement) := result if {
	result := inactive_agreement.deny with input as {"metadata": {"name": "acme", "client": "acme"}, "spec": {"status": status}}
		with data.asOf as "2026-03-12T09:00:00Z"
		with data.documents as documents(status, agreement)
}

good := {"effective": "2026-01-01", "windowRefs": ["nightly"], "notice": {"contactRefs": ["ops"]}}

test_good if count(found("onboarding", good)) == 0

test_not_in_force if {
	found("onboarding", object.union(good, {"effective": "2026-04-01"})) == {{
		"path": ["metadata", "name"],
		"message": "client \"acme\" is onboarding and has no agreement in force at 2026-03-12T09:00:00Z",
		"hint": "add a ClientAgreement before the client becomes active",
	}}
}

test_no_window if {
	found("suspended", object.union(good, {"windowRefs": []})) == {{
		"path": ["metadata", "name"],
		"message": "client \"acme\" is suspended and its agreement \"a\" names no window that opens",
		"hint": "name a window before the client becomes active",
	}}
}

test_no_contact if {
	found("suspended", object.union(good, {"notice": {"contactRefs": []}})) == {{
		"path": ["metadata", "name"],
		"message": "client \"acme\" is suspended and its agreement \"a\" names no valid contact for notices",
		"hint": "name a valid contact before the client becomes active",
	}}
}

bad := object.union(good, {"windowRefs": [], "notice": {"contactRefs": []}})

test_active_is_another_rule if {
	count(found("active", bad)) == 0
	count(found("active", object.union(good, {"effective": "2026-04-01"}))) == 0
}

test_ended if {
	count(found("ended", bad)) == 0
	count(found("ended", object.union(good, {"effective": "2026-04-01"}))) == 0
}
