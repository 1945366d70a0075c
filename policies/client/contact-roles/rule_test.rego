package patchops.client.contact_roles_test

import data.patchops.client.contact_roles

asof := "2026-03-12T09:00:00Z"

documents(status, contacts) := {
	"Client": {"acme": {"acme": {"spec": {"status": status}}}},
	"Contact": {"acme": {name: {"spec": contact} | some name, contact in contacts}},
}

acme := {"metadata": {"name": "acme", "client": "acme"}}

roles(status, contacts) := found if {
	denied := contact_roles.deny with input as acme with data.asOf as asof with data.documents as documents(status, contacts)
	found := {f.message | some f in denied}
}

test_both if count(roles("active", {"a": {"role": "primary"}, "b": {"role": "escalation", "validUntil": "2026-03-12"}})) == 0

test_none if {
	contact_roles.deny == {
		{
			"path": ["metadata", "name"],
			"message": "client \"acme\" has no valid contact of role \"primary\"",
			"hint": "add a Contact of role primary, or renew one that has expired",
		},
		{
			"path": ["metadata", "name"],
			"message": "client \"acme\" has no valid contact of role \"escalation\"",
			"hint": "add a Contact of role escalation, or renew one that has expired",
		},
	} with input as acme with data.asOf as asof with data.documents as documents("active", {})
}

test_other_roles_do_not_count if count(roles("active", {"a": {"role": "primary"}, "b": {"role": "technical"}})) == 1

test_expired_does_not_count if {
	found := roles("active", {"a": {"role": "primary", "validUntil": "2026-03-11"}, "b": {"role": "escalation"}})
	found == {"client \"acme\" has no valid contact of role \"primary\""}
}

test_not_active if {
	count(roles("onboarding", {})) == 0
	count(roles("suspended", {})) == 0
	count(roles("ended", {})) == 0
}
