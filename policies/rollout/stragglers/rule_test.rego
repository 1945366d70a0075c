package patchops.rollout.stragglers_test

import data.patchops.rollout.stragglers

wave(name, late) := {"name": name, "assets": 9, "stragglers": late, "gateOpens": "2026-03-14T21:00:00Z"}

found(waves) := result if {
	result := stragglers.deny with input as {"client": "acme", "plan": "p", "waves": waves}
}

test_stragglers if {
	found([wave("a", 0), wave("b", 1), wave("c", 0)]) == {{
		"path": ["waves", 1],
		"message": "1 of 9 assets of wave \"b\" of client \"acme\" end after wave \"c\" may begin at 2026-03-14T21:00:00Z",
		"hint": "raise advance, or give the stragglers a wave of their own",
	}}
	count(found([wave("a", 2), wave("b", 2), wave("c", 0)])) == 2
}

test_last_wave if count(found([wave("a", 0), wave("b", 3)])) == 0
