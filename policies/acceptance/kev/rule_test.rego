package patchops.acceptance.kev_test

import data.patchops.acceptance.kev

found(approved, rest) := result if {
	own := {"approvedAt": approved, "expires": "2026-12-31", "scope": {"patches": ["a"]}}
	result := kev.deny with input as {"metadata": {"client": "acme"}, "spec": object.union(own, rest)}
		with data.asOf as "2026-03-12T09:00:00Z"
		with data.documents as {
			"Client": {"acme": {"acme": {"spec": {"timezone": "UTC"}}}},
			"Patch": {"_": {"a": {"spec": {"kev": {"addedAt": "2026-03-10"}}}}},
		}
}

test_exploited_since if {
	found("2026-03-09", {}) == {{
		"path": ["spec", "approvedAt"],
		"message": "patch \"a\" closes what is exploited since 2026-03-10, after the risk was accepted",
		"hint": "install it, or accept the risk anew and set approvedAt",
	}}
	count(found("2026-03-09", {"expireOnKEV": false})) == 1
}

test_known_when_accepted if count(found("2026-03-10", {})) == 0

test_ends_by_itself if count(found("2026-03-09", {"expireOnKEV": true})) == 0

test_over if {
	count(found("2026-03-09", {"expires": "2026-03-11"})) == 0
	count(found("2026-03-09", {"expires": "2026-03-12"})) == 1
}
