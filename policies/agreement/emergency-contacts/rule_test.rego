package patchops.agreement.emergency_contacts_test

import data.patchops.agreement.emergency_contacts

documents := {
	"Client": {"acme": {"acme": {"spec": {"status": "active"}}}, "beta": {"beta": {"spec": {"status": "onboarding"}}}},
	"Contact": {"acme": {"old": {"spec": {"validUntil": "2026-03-11"}}, "ops": {"spec": {}}}},
}

terms(allowed, contacts) := {"emergency": {"allowed": allowed, "contactRefs": contacts}}

found(client, spec) := result if {
	result := emergency_contacts.deny with input as {"metadata": {"name": "a", "client": client}, "spec": spec}
		with data.asOf as "2026-03-12T09:00:00Z"
		with data.documents as documents
}

test_only_an_expired_one if {
	found("acme", terms(true, ["old"])) == {{
		"path": ["spec", "emergency", "contactRefs"],
		"message": "emergencies are allowed and 1 contacts are named for them, none of them is still valid",
		"hint": "name a contact whose validUntil has not passed, or do not allow emergencies",
	}}
}

test_none if count(found("acme", terms(true, []))) == 1

test_one_is_enough if count(found("acme", terms(true, ["old", "ops"]))) == 0

test_no_emergencies if count(found("acme", terms(false, []))) == 0

test_history if count(found("acme", object.union(terms(true, []), {"expires": "2026-03-11"}))) == 0

test_last_day if count(found("acme", object.union(terms(true, []), {"expires": "2026-03-12"}))) == 1

test_not_active if count(found("beta", terms(true, []))) == 0
