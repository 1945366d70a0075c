package patchops.rollout.window_agreed_test

import data.patchops.rollout.window_agreed

documents(change) := {
	"PatchPlan": {"acme": {"p": {"metadata": {"name": "p", "client": "acme"}, "spec": {"changeType": change}}}},
	"ClientAgreement": {"acme": {
		"old": {"spec": {"windowRefs": ["nightly"]}},
		"new": {"spec": {"windowRefs": ["sunday"], "emergency": {"windowRefs": ["always"]}}},
	}},
}

placement(asset, window) := {"asset": asset, "window": window, "start": "2026-03-14T21:00:00Z"}

found(change, placements) := result if {
	result := window_agreed.deny with input as {"client": "acme", "plan": "p", "placements": placements} with data.documents as documents(change)
}

test_told_once if {
	found("normal", [placement("a", "nightly"), placement("b", "secret"), placement("c", "secret")]) == {{
		"path": ["placements", 1],
		"message": "asset \"b\" is planned at 2026-03-14T21:00:00Z in window \"secret\", which no agreement of client \"acme\" opens for it",
		"hint": "name the window in windowRefs of the agreement",
	}}
}

test_agreed if count(found("normal", [placement("a", "nightly"), placement("b", "sunday")])) == 0

test_emergencies if {
	count(found("normal", [placement("a", "always")])) == 1
	count(found("emergency", [placement("a", "always"), placement("b", "nightly")])) == 0
}
