package patchops.people.key_shared_test

import data.patchops.people.key_shared

people := {"_": {
	"ada": {"spec": {"signingKeys": ["ssh-ed25519 AAAA1234567890123456789012345678 ada", "ssh-ed25519 BBBB1234567890123456789012345678 laptop"]}},
	"ben": {"spec": {"signingKeys": ["ssh-ed25519 CCCC1234567890123456789012345678 ben", "ssh-ed25519 BBBB1234567890123456789012345678"]}},
	"cem": {"spec": {"signingKeys": ["ssh-rsa BBBB1234567890123456789012345678"]}},
	"dana": {"spec": {"active": true}},
}}

found(name) := result if {
	result := key_shared.deny with input as object.union({"metadata": {"name": name}}, people._[name]) with data.documents as {"Person": people}
}

test_same_key if {
	found("ada") == {{
		"path": ["spec", "signingKeys", 1],
		"message": "person \"ben\" has the same signing key",
		"hint": "give each person a key of their own",
	}}
	{f.path | some f in found("ben")} == {["spec", "signingKeys", 1]}
}

test_own_keys if {
	count(found("cem")) == 0
	count(found("dana")) == 0
}
