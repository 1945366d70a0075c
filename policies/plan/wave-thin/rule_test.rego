package patchops.plan.wave_thin_test

import data.patchops.plan.wave_thin

found(placed) := result if {
	remarks := [{"id": "plan/other", "wave": "a", "text": "x"}, {"id": "plan/wave-thin", "wave": "b", "text": "2 of 9 assets"}, {"id": "plan/wave-thin", "wave": "c", "text": "0 of 9 assets"}]
	result := wave_thin.deny with input as {"client": "acme", "plan": "p", "placements": placed, "remarks": remarks, "waves": [{"name": "a"}, {"name": "b"}, {"name": "c"}]}
}

test_told if {
	found([{"asset": "a"}]) == {{
		"path": ["remarks", 1],
		"message": "at client \"acme\", 2 of 9 assets",
		"hint": "see why the others have no place, and make the wave larger meanwhile",
	}}
}

test_no_remarks if {
	count(wave_thin.deny) == 0 with input as {"client": "acme", "plan": "p", "waves": []}
}

test_nothing_has_a_place if count(found([])) == 0
