package patchops.agreement.windows_test

import data.patchops.agreement.windows

documents := {
	"Client": {"acme": {"acme": {"spec": {"status": "active"}}}, "beta": {"beta": {"spec": {"status": "onboarding"}}}},
	"MaintenanceWindow": {"acme": {"nightly": {"spec": {}}, "quiet": {"spec": {"type": "deny"}}}},
}

found(client, terms) := result if {
	result := windows.deny with input as {"metadata": {"name": "a", "client": client}, "spec": terms}
		with data.asOf as "2026-03-12T09:00:00Z"
		with data.documents as documents
}

test_only_a_deny_window if {
	found("acme", {"windowRefs": ["quiet"]}) == {{
		"path": ["spec", "windowRefs"],
		"message": "the agreement names 1 windows, none of them opens",
		"hint": "name at least one MaintenanceWindow of type allow",
	}}
}

test_none if count(found("acme", {"windowRefs": []})) == 1

test_one_that_opens if count(found("acme", {"windowRefs": ["quiet", "nightly"]})) == 0

test_history if count(found("acme", {"windowRefs": [], "expires": "2026-03-11"})) == 0

test_last_day if count(found("acme", {"windowRefs": [], "expires": "2026-03-12"})) == 1

test_not_active if count(found("beta", {"windowRefs": []})) == 0
