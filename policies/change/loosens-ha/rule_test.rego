package patchops.change.loosens_ha_test

import data.patchops.change.loosens_ha as rule

found(loosened) := result if {
	result := rule.deny with input as {"loosened": loosened}
}

one := {"about": "ha", "file": "a.yaml", "kind": "Freeze", "name": "a", "what": "removed"}

other := object.union(one, {"about": "sla"})

test_told if found([other, one]) == {{
	"path": ["loosened", 1],
	"message": "Freeze/_/a is removed",
	"hint": "have it approved by the owners of the service",
}}

test_nothing if count(found([other])) == 0
