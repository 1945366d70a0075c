package patchops.change.loosens_freeze_test

import data.patchops.change.loosens_freeze as rule

found(loosened) := result if {
	result := rule.deny with input as {"loosened": loosened}
}

one := {"about": "freeze", "file": "a.yaml", "kind": "Freeze", "name": "a", "what": "removed"}

other := object.union(one, {"about": "ha"})

test_told if found([other, one]) == {{
	"path": ["loosened", 1],
	"message": "Freeze/_/a is removed",
	"hint": "have it approved by those who keep the freeze, or leave the freeze as it is",
}}

test_nothing if count(found([other])) == 0
