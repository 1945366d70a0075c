package patchops.incident.after_fix_test

import data.patchops.incident.after_fix

own := {"configurationItem": "web-01", "at": "2026-03-12"}

solved := {"state": "resolved", "configurationItems": ["web-02", "web-01"], "deployedAt": "2026-03-10"}

found(incident, problem) := result if {
	result := after_fix.deny with input as {"metadata": {}, "spec": object.union(own, incident)}
		with data.parameters as {"incident/after-fix": {"within": "P2D"}}
		with data.documents.Problem as {"_": {"p": {"spec": object.union(solved, problem)}}}
}

test_soon_after if {
	found({}, {}) == {{
		"path": ["spec", "configurationItem"],
		"message": "the incident is within P2D of the patch for problem \"p\" on the same asset",
		"hint": "set problemRef or causedByRollout if it belongs together",
	}}
	count(found({}, {"state": "closed"})) == 1
	count(found({"at": "2026-03-10"}, {})) == 1
}

test_not_soon if {
	count(found({"at": "2026-03-12T00:00:01Z"}, {})) == 0
	count(found({"at": "2026-03-09T23:59:59Z"}, {})) == 0
}

test_explained if {
	count(found({"problemRef": "p"}, {})) == 0
	count(found({"causedByRollout": "acme/openssl"}, {})) == 0
}

test_other_problems if {
	count(found({}, {"state": "investigating"})) == 0
	count(found({}, {"configurationItems": ["web-02"]})) == 0
}
