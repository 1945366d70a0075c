package patchops.approval.contact_role_missing_test

import data.patchops.approval.contact_role_missing

contact(role, until) := {"spec": {"role": role, "validUntil": until}}

documents := {
	"Client": {
		"acme": {"acme": {"spec": {"status": "active", "tier": 1}}},
		"beta": {"beta": {"spec": {"status": "active", "tier": 2}}},
		"past": {"past": {"spec": {"status": "ended", "tier": 1}}},
	},
	"Contact": {
		"acme": {"a": contact("primary", "2026-12-31"), "b": contact("business", "2026-12-31"), "c": contact("business", "2026-03-11")},
		"beta": {"d": contact("primary", "2026-12-31"), "e": contact("primary", "2026-12-31")},
	},
}

found(spec) := result if {
	result := contact_role_missing.deny with input as {"metadata": {"name": "r"}, "spec": spec}
		with data.documents as documents
		with data.asOf as "2026-03-12T09:00:00Z"
}

messages(spec) := {f.message | some f in found(spec)}

business := {"contactRoles": ["business"], "count": 1}

test_missing if {
	found({"require": {"all": [{"group": "g", "count": 1}, business]}}) == {{
		"path": ["spec", "require"],
		"message": "1 contacts of client \"beta\" as business are wanted, 0 may be called",
		"hint": "add a Contact of that role to client beta, or ask somebody else",
	}}
}

test_too_few if {
	messages({"require": {"contactRoles": ["business", "primary"], "count": 3}}) == {
		"3 contacts of client \"acme\" as business or primary are wanted, 2 may be called",
		"3 contacts of client \"beta\" as business or primary are wanted, 2 may be called",
	}
}

test_enough if {
	count(found({"require": {"contactRoles": ["business", "primary"], "count": 2}})) == 0
	count(found({"require": {"contactRoles": ["primary"], "count": 1}})) == 0
	count(found({"require": {"group": "g", "count": 9}})) == 0
}

test_clients if {
	count(found({"match": {"clients": ["acme"]}, "require": business})) == 0
	count(found({"match": {"clients": ["acme", "beta"]}, "require": business})) == 1
}

test_tiers if {
	count(found({"match": {"clientTiers": [1]}, "require": business})) == 0
	count(found({"match": {"clientTiers": [1, 2]}, "require": business})) == 1
}
