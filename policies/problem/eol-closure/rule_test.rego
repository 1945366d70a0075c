package patchops.problem.eol_closure_test

import data.patchops.problem.eol_closure

found(spec) := result if {
	result := eol_closure.deny with input as {"metadata": {"client": "acme"}, "spec": object.union({"configurationItems": ["web", "old", "older"]}, spec)}
		with data.asOf as "2026-03-12T09:00:00Z"
		with data.assets as {"acme": {"old": {"eol": "2025-01-01"}, "older": {"eol": "2020-01-01"}, "web": {"eol": "2027-01-01"}}}
		with data.documents as {"RiskAcceptance": {"acme": {"r": {"spec": {"scope": {"assets": ["older"]}, "approvedAt": "2026-01-01", "expires": "2026-12-31"}}}}}
}

test_ended_by_word if {
	found({"state": "closed"}) == {{
		"path": ["spec", "configurationItems", 1],
		"message": "asset \"old\" is out of support, and the problem ended neither by a patch nor by a RiskAcceptance that holds now",
		"hint": "reopen the problem, or add a RiskAcceptance whose scope names the asset",
	}}
}

test_patched if {
	count(found({"state": "closed", "patchIds": ["a"], "deployedAt": "2026-03-10"})) == 0
	count(found({"state": "closed", "patchIds": ["a"]})) == 1
	count(found({"state": "closed", "patchIds": [], "deployedAt": "2026-03-10"})) == 1
}

test_open if count(found({"state": "open"})) == 0
