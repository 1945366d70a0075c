package patchops.plan.problem_link_test

import data.patchops.plan.problem_link

documents := {"Patch": {"_": {"a": {"spec": {"severity": "low"}}, "b": {"spec": {"severity": "low"}}}}, "Problem": {
	"acme": {"own": {"spec": {"state": "open", "patchIds": ["a", "b"]}}},
	"_": {"own": {"spec": {"state": "open", "patchIds": ["c"]}}, "global": {"spec": {"state": "open", "patchIds": ["c"]}}, "early": {"spec": {"state": "open"}}, "empty": {"spec": {"state": "open", "patchIds": []}}, "over": {"spec": {"state": "closed"}}},
}}

found(spec) := result if {
	result := problem_link.deny with input as {"metadata": {"name": "p", "client": "acme"}, "spec": spec} with data.documents as documents
}

test_other_patches if {
	found({"patches": ["b"], "problemRefs": ["own", "global"]}) == {{
		"path": ["spec", "problemRefs", 1],
		"message": "problem \"global\" is solved by [\"c\"], none of which the plan installs",
		"hint": "install one of them, or correct patchIds of the problem",
	}}
}

test_closed if {
	found({"patches": ["b"], "problemRefs": ["own", "over"]}) == {{
		"path": ["spec", "problemRefs", 1],
		"message": "problem \"over\" is closed, there is nothing left to solve",
		"hint": "drop the reference, or open the problem again",
	}}
}

test_not_known_yet if count(found({"patches": ["a"], "problemRefs": ["early", "empty"]})) == 0

test_no_problems if count(found({"patches": ["a"]})) == 0
