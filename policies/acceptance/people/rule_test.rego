package patchops.acceptance.people_test

import data.patchops.acceptance.people

documents := {
	"Person": {"_": {"ada": {"spec": {"active": true}}, "ben": {"spec": {"active": false}}, "bot": {"spec": {"active": true, "bot": true}}}},
	"Client": {"acme": {"acme": {"spec": {"timezone": "Europe/Berlin"}}}},
}

found(owner, approvers, expires) := result if {
	result := people.deny with input as {"metadata": {"name": "r", "client": "acme"}, "spec": {"owner": owner, "approvers": approvers, "expires": expires}}
		with data.asOf as "2026-03-12T09:00:00Z"
		with data.documents as documents
}

test_owner_left if {
	found("ben", ["ada"], "2026-03-12") == {{
		"path": ["spec", "owner"],
		"message": "\"ben\" owns the risk and is not an active person",
		"hint": "name somebody who answers for it now",
	}}
}

test_approver_is_a_program if {
	found("ada", ["ada", "bot"], "2026-03-12") == {{
		"path": ["spec", "approvers", 1],
		"message": "\"bot\" accepts the risk and is not an active person",
		"hint": "have it accepted by somebody who is",
	}}
}

test_active if count(found("ada", ["ada"], "2026-03-12")) == 0

test_unknown_person_is_another_finding if count(found("none", ["none"], "2026-03-12")) == 0

test_over if count(found("ben", ["bot"], "2026-03-11")) == 0
