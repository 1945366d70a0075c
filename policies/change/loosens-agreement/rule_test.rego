package patchops.change.loosens_agreement_test

import data.patchops.change.loosens_agreement as rule

found(loosened) := result if {
	result := rule.deny with input as {"loosened": loosened}
}

one := {"about": "agreement", "file": "a.yaml", "kind": "Freeze", "name": "a", "what": "removed"}

other := object.union(one, {"about": "ha"})

test_told if found([other, one]) == {{
	"path": ["loosened", 1],
	"message": "Freeze/_/a is removed",
	"hint": "attach the consent of the client, or leave the agreement as it is",
}}

test_nothing if count(found([other])) == 0
