package patchops.plan.canary_short_test

import data.patchops.plan.canary_short

test_told if {
	remarks := [{"id": "plan/other", "wave": "a", "text": "x"}, {"id": "plan/canary-short", "wave": "b", "text": "2 of 9 assets"}]
	found := canary_short.deny with input as {"client": "acme", "plan": "p", "remarks": remarks}
	found == {{
		"path": ["remarks", 1],
		"message": "at client \"acme\", 2 of 9 assets",
		"hint": "add less critical assets to the plan, or make the first wave smaller",
	}}
}

test_no_remarks if {
	count(canary_short.deny) == 0 with input as {"client": "acme", "plan": "p"}
}
