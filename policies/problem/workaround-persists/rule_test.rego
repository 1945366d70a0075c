package patchops.problem.workaround_persists_test

import data.patchops.problem.workaround_persists

found(state, asof) := result if {
	result := workaround_persists.deny with input as {"spec": {"state": state, "patchIds": ["none", "a"]}}
		with data.asOf as asof
		with data.parameters as {"problem/workaround-persists": {"maximum": "P10D"}}
		with data.documents.Patch as {"_": {"a": {"spec": {"releasedAt": "2026-03-01T00:00:00Z"}}}}
}

test_long_ago if {
	found("knownError", "2026-03-11T00:00:01Z") == {{
		"path": ["spec", "patchIds", 1],
		"message": "patch \"a\" was released at 2026-03-01T00:00:00Z, more than P10D ago, and the workaround is still in use",
		"hint": "plan the patch, or say in a RiskAcceptance why not",
	}}
}

test_not_long_ago if count(found("knownError", "2026-03-11T00:00:00Z")) == 0

test_other_states if count(found("resolved", "2026-04-11T00:00:00Z")) == 0
