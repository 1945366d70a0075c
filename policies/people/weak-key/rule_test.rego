package patchops.people.weak_key_test

import data.patchops.people.weak_key

letters(n) := concat("", ["A" | some _ in numbers.range(1, n)])

found(keys) := result if result := weak_key.deny with input as {"metadata": {"name": "ada"}, "spec": {"signingKeys": keys}}

test_short if {
	found([sprintf("ssh-rsa %s ada", [letters(369)])]) == {{
		"path": ["spec", "signingKeys", 0],
		"message": "an RSA key of less than 2048 bits",
		"hint": "replace it by an ed25519 key",
	}}
}

test_long if count(found([sprintf("ssh-rsa %s", [letters(370)])])) == 0

test_other_types if count(found(["ssh-ed25519 AAAA1234567890123456789012345678 ada"])) == 0
