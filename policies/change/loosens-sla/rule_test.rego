package patchops.change.loosens_sla_test

import data.patchops.change.loosens_sla as rule

found(loosened) := result if {
	result := rule.deny with input as {"loosened": loosened}
}

one := {"about": "sla", "file": "a.yaml", "kind": "Freeze", "name": "a", "what": "removed"}

other := object.union(one, {"about": "ha"})

test_told if found([other, one]) == {{
	"path": ["loosened", 1],
	"message": "Freeze/_/a is removed",
	"hint": "have it approved by those who answer for due dates, or leave them as they are",
}}

test_nothing if count(found([other])) == 0
