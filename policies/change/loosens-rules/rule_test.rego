package patchops.change.loosens_rules_test

import data.patchops.change.loosens_rules as rule

found(loosened) := result if {
	result := rule.deny with input as {"loosened": loosened}
}

one := {"about": "rules", "file": "a.yaml", "kind": "Freeze", "name": "a", "what": "removed"}

other := object.union(one, {"about": "ha"})

test_told if found([other, one]) == {{
	"path": ["loosened", 1],
	"message": "Freeze/_/a is removed",
	"hint": "have it approved by the owners of the rules, apart from other work",
}}

test_nothing if count(found([other])) == 0
