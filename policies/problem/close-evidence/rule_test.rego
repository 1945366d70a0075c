package patchops.problem.close_evidence_test

import data.patchops.problem.close_evidence

found(spec) := result if {
	result := close_evidence.deny with input as {"metadata": {"client": "acme"}, "spec": spec}
		with data.asOf as "2026-03-12T23:00:00Z"
		with data.documents.Client as {"acme": {"acme": {"spec": {"timezone": "Europe/Berlin"}}}}
}

patched := {"patchIds": ["a"], "deployedAt": "2026-03-13"}

test_nothing_shown if {
	found({"state": "resolved"}) == {{
		"path": ["spec", "state"],
		"message": "the problem is resolved without patchIds and deployedAt, or a closure by other means",
		"hint": "name the patches and the day they were deployed, or write closure",
	}}
	count(found({"state": "resolved", "patchIds": ["a"]})) == 1
	count(found({"state": "resolved", "patchIds": [], "deployedAt": "2026-03-10"})) == 1
}

test_patched if count(found(object.union(patched, {"state": "resolved"}))) == 0

test_decided if {
	count(found({"state": "resolved", "closure": {"method": "nonPatch"}})) == 0
	count(found({"state": "closed", "closure": {"method": "riskAccepted"}})) == 0
}

test_closed_by_a_patch if {
	found({"state": "closed", "closure": {"method": "patch"}}) == {{
		"path": ["spec", "closure", "method"],
		"message": "the problem was closed by a patch without patchIds and deployedAt",
		"hint": "name the patches and the day they were deployed",
	}}
	count(found(object.union(patched, {"state": "closed", "closure": {"method": "patch"}}))) == 0
}

test_closed_by_nobody if {
	found(object.union(patched, {"state": "closed"})) == {{
		"path": ["spec", "state"],
		"message": "the problem is closed and nobody says how, by whom and when",
		"hint": "write closure with method, approver and at",
	}}
}

test_to_come if {
	found(object.union(patched, {"state": "resolved", "deployedAt": "2026-03-14"})) == {{
		"path": ["spec", "deployedAt"],
		"message": "the problem is resolved by patches deployed at 2026-03-14, which has not come yet",
		"hint": "wait for the deployment",
	}}
	count(found(object.union(patched, {"state": "knownError", "deployedAt": "2026-03-14"}))) == 0
}

test_open if count(found({"state": "investigating"})) == 0
