package patchops.review.incomplete_test

import data.patchops.review.incomplete

found(spec) := result if {
	result := incomplete.deny with input as {"spec": spec}
}

test_no_verdict if {
	found({"type": "effectiveness", "at": "2026-03-11", "by": "ada"}) == {{
		"path": ["spec", "at"],
		"message": "the review was done at 2026-03-11 and has no verdict",
		"hint": "write pass, fail or inconclusive",
	}}
	count(found({"type": "postImplementation", "at": "2026-03-11", "by": "ada"})) == 1
	count(found({"type": "rootCause", "at": "2026-03-11", "by": "ada"})) == 1
}

test_meetings_need_none if {
	count(found({"type": "retrospective", "at": "2026-03-11", "by": "ada"})) == 0
	count(found({"type": "coordination", "at": "2026-03-11", "by": "ada"})) == 0
}

test_by_nobody if {
	found({"type": "retrospective", "at": "2026-03-11"}) == {{
		"path": ["spec", "at"],
		"message": "the review was done at 2026-03-11 by nobody",
		"hint": "write by, the person who did it",
	}}
}

test_not_done if {
	found({"type": "effectiveness", "verdict": "pass"}) == {{
		"path": ["spec", "verdict"],
		"message": "the review has the verdict pass and was not done",
		"hint": "write at, the day on which it was done",
	}}
}

test_still_due if count(found({"type": "effectiveness"})) == 0

test_whole if count(found({"type": "effectiveness", "at": "2026-03-11", "by": "ada", "verdict": "fail"})) == 0
