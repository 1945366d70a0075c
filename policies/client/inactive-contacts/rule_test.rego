package patchops.client.inactive_contacts_test

import data.patchops.client.inactive_contacts

found(status, contacts) := result if {
	result := inactive_contacts.deny with input as {"metadata": {"name": "acme", "client": "acme"}, "spec": {"status": status}}
		with data.asOf as "2026-03-12T09:00:00Z"
		with data.documents as {
			"Client": {"acme": {"acme": {"spec": {"status": status}}}},
			"Contact": {"acme": {name: {"spec": contact} | some name, contact in contacts}},
		}
}

test_one_missing if {
	found("onboarding", {"a": {"role": "primary"}}) == {{
		"path": ["metadata", "name"],
		"message": "client \"acme\" is onboarding and has no valid contact of role \"escalation\"",
		"hint": "add a Contact of role escalation before the client becomes active",
	}}
}

test_both_missing if count(found("suspended", {})) == 2

test_both if count(found("onboarding", {"a": {"role": "primary"}, "b": {"role": "escalation"}})) == 0

test_active_is_another_rule if count(found("active", {})) == 0

test_ended if count(found("ended", {})) == 0
