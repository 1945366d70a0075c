package patchops.change.loosens_window_test

import data.patchops.change.loosens_window as rule

found(loosened) := result if {
	result := rule.deny with input as {"loosened": loosened}
}

one := {"about": "window", "file": "a.yaml", "kind": "Freeze", "name": "a", "what": "removed"}

other := object.union(one, {"about": "ha"})

test_told if found([other, one]) == {{
	"path": ["loosened", 1],
	"message": "Freeze/_/a is removed",
	"hint": "have it approved by those who agree windows with the client",
}}

test_nothing if count(found([other])) == 0
