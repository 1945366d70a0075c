package patchops.agreement.notice_contacts_test

import data.patchops.agreement.notice_contacts

documents := {
	"Client": {"acme": {"acme": {"spec": {"status": "active"}}}, "beta": {"beta": {"spec": {"status": "onboarding"}}}},
	"Contact": {"acme": {"old": {"spec": {"validUntil": "2026-03-11"}}, "ops": {"spec": {}}}},
}

found(client, terms) := result if {
	result := notice_contacts.deny with input as {"metadata": {"name": "a", "client": client}, "spec": terms}
		with data.asOf as "2026-03-12T09:00:00Z"
		with data.documents as documents
}

test_only_an_expired_one if {
	found("acme", {"notice": {"contactRefs": ["old"]}}) == {{
		"path": ["spec", "notice", "contactRefs"],
		"message": "1 contacts get the notice, none of them is still valid",
		"hint": "name a contact whose validUntil has not passed",
	}}
}

test_none if count(found("acme", {"notice": {"contactRefs": []}})) == 1

test_one_is_enough if count(found("acme", {"notice": {"contactRefs": ["old", "ops"]}})) == 0

test_history if count(found("acme", {"notice": {"contactRefs": []}, "expires": "2026-03-11"})) == 0

test_last_day if count(found("acme", {"notice": {"contactRefs": []}, "expires": "2026-03-12"})) == 1

test_not_active if count(found("beta", {"notice": {"contactRefs": []}})) == 0
