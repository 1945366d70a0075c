package patchops.incident.recurred_test

import data.patchops.incident.recurred

found(metadata, at, state) := result if {
	result := recurred.deny with input as {"metadata": metadata, "spec": {"at": at, "problemRef": "p"}}
		with data.documents.Problem as {
			"acme": {"p": {"spec": {"state": state, "deployedAt": "2026-03-10"}}},
			"_": {"p": {"spec": {"state": state, "deployedAt": "2026-03-11"}}},
		}
}

test_came_back if {
	found({"client": "acme"}, "2026-03-11", "resolved") == {{
		"path": ["spec", "problemRef"],
		"message": "problem \"p\" came back at 2026-03-11, after its patch was deployed, and is resolved",
		"hint": "set the problem's state back to investigating",
	}}
	count(found({"client": "acme"}, "2026-03-11", "closed")) == 1
}

test_before_the_patch if count(found({"client": "acme"}, "2026-03-10T23:59:59Z", "resolved")) == 0

test_open_again if count(found({"client": "acme"}, "2026-03-11", "investigating")) == 0

test_global if {
	count(found({}, "2026-03-11", "resolved")) == 0
	count(found({}, "2026-03-12", "resolved")) == 1
	count(found({"client": "beta"}, "2026-03-11", "resolved")) == 0
	count(found({"client": "beta"}, "2026-03-12", "resolved")) == 1
}

test_of_no_problem if count(recurred.deny) == 0 with input as {"metadata": {}, "spec": {"at": "2026-03-12"}}
