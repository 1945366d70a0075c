package patchops.evidence.phase_test

import data.patchops.evidence.phase

found(spec) := result if {
	result := phase.deny with input as {"spec": spec}
}

test_passes_before if {
	found({"problemRef": "p", "phase": "before", "result": "pass"}) == {{
		"path": ["spec", "phase"],
		"message": "the test passes before the patch, so it does not repeat the failure of problem \"p\"",
		"hint": "change the test until it fails without the patch",
	}}
	count(found({"problemRef": "p", "phase": "before", "result": "fail"})) == 0
}

test_fails_after if {
	found({"problemRef": "p", "phase": "after", "result": "fail"}) == {{
		"path": ["spec", "phase"],
		"message": "the test fails after the patch, so problem \"p\" is not solved by it",
		"hint": "look for another cause or another patch",
	}}
	count(found({"problemRef": "p", "phase": "after", "result": "pass"})) == 0
}

test_no_phase if {
	found({"problemRef": "p", "result": "pass"}) == {{
		"path": ["spec", "problemRef"],
		"message": "the test of problem \"p\" does not say whether it ran before or after the patch",
		"hint": "add phase: before or phase: after",
	}}
}

test_of_no_problem if {
	count(found({"phase": "before", "result": "pass"})) == 0
	count(found({"phase": "after", "result": "fail"})) == 0
	count(found({"result": "fail"})) == 0
}
