package patchops.plan.emergency_agreed_test

import data.patchops.plan.emergency_agreed

documents := {"ClientAgreement": {
	"acme": {"a": {"spec": {"effective": "2026-01-01", "emergency": {"allowed": true}}}},
	"beta": {"b": {"spec": {"effective": "2026-01-01", "emergency": {"allowed": false}}}},
	"ceta": {"c": {"spec": {"effective": "2027-01-01", "emergency": {"allowed": false}}}},
}}

found(type, clients) := result if {
	result := emergency_agreed.deny with input as {"metadata": {"name": "p"}, "spec": {"changeType": type}}
		with data.asOf as "2026-03-12T09:00:00Z"
		with data.documents as documents
		with data.targets as {"_": {"p": [{"client": client, "asset": "a"} | some client in clients]}}
}

test_not_agreed if {
	found("emergency", ["acme", "beta"]) == {{
		"path": ["spec", "changeType"],
		"message": "the agreement of client \"beta\" does not allow emergencies",
		"hint": "make it a normal change for this client, or agree on emergencies",
	}}
}

test_agreed if count(found("emergency", ["acme"])) == 0

test_no_agreement_is_another_rule if count(found("emergency", ["ceta"])) == 0

test_other_changes if {
	count(found("normal", ["beta"])) == 0
	count(found("standard", ["beta"])) == 0
}
