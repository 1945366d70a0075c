package patchops.people.no_identity_test

import data.patchops.people.no_identity

found(spec) := result if result := no_identity.deny with input as {"metadata": {"name": "ada"}, "spec": spec}

test_neither if {
	found({"active": true}) == {{
		"path": ["spec", "signingKeys"],
		"message": "person \"ada\" has no signing key and no account",
		"hint": "add a signing key or the GitHub account",
	}}
}

test_no_keys if count(found({"active": true, "signingKeys": []})) == 1

test_a_key if count(found({"active": true, "signingKeys": ["ssh-ed25519 AAAA1234567890123456789012345678 ada"]})) == 0

test_an_account if count(found({"active": true, "github": {"id": 7}})) == 0

test_inactive if count(found({"active": false})) == 0
