package patchops.acceptance.complete_test

import data.patchops.acceptance.complete

found(spec) := result if {
	result := complete.deny with input as {"spec": spec}
}

test_nothing_instead if {
	found({}) == {{
		"path": ["spec"],
		"message": "nothing is done instead, and no vexJustification says why the asset is not affected",
		"hint": "add compensatingControls, or vexJustification",
	}}
	count(found({"compensatingControls": []})) == 1
}

test_something_instead if count(found({"compensatingControls": ["A firewall."]})) == 0

test_not_affected if count(found({"vexJustification": "component_not_present"})) == 0
