package patchops.okr.survey_test

import data.patchops.okr.survey

found(satisfied) := result if {
	result := survey.deny with input as {"spec": {"responses": 20, "satisfied": satisfied}}
}

test_too_many if {
	found(21) == {{
		"path": ["spec", "satisfied"],
		"message": "21 of 20 are satisfied, at most all of them can be",
		"hint": "correct the numbers",
	}}
}

test_all if count(found(20)) == 0
