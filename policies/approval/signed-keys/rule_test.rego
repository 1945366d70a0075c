package patchops.approval.signed_keys_test

import data.patchops.approval.signed_keys

key := "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPYPSl0hu4RIqA8qwiHkFH/Om50mne1upgBaYVqbQO4+"

documents := {
	"Person": {"_": {
		"ada": {"spec": {"active": true, "signingKeys": [key]}},
		"ben": {"spec": {"active": true, "signingKeys": []}},
		"cem": {"spec": {"active": true}},
		"eva": {"spec": {"active": true, "signingKeys": []}},
		"dana": {"spec": {"active": false, "signingKeys": [key]}},
	}},
	"Group": {"_": {"ops": {"spec": {"members": ["ada", "ben", "cem", "dana", "eva"]}}}},
}

found(spec) := result if result := signed_keys.deny with input as {"metadata": {"name": "r"}, "spec": spec} with data.documents as documents

ops(n) := {"group": "ops", "count": n}

test_too_few if {
	found({"signed": true, "require": ops(2)}) == {{
		"path": ["spec", "signed"],
		"message": "2 people of group \"ops\" must sign, 1 of them have a signing key",
		"hint": "add their signingKeys, or let unsigned approvals count",
	}}
	count(found({"signed": true, "require": {"all": [ops(4)]}})) == 1
}

test_unsigned if {
	count(found({"require": ops(2)})) == 0
	count(found({"signed": false, "require": ops(2)})) == 0
}

test_enough if count(found({"signed": true, "require": ops(1)})) == 0

test_a_small_group_is_another_finding if count(found({"signed": true, "require": ops(5)})) == 0

test_a_choice if count(found({"signed": true, "require": {"any": [ops(2), ops(1)]}})) == 0
