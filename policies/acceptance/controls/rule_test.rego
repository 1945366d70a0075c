package patchops.acceptance.controls_test

import data.patchops.acceptance.controls

found(spec) := result if result := controls.deny with input as {"metadata": {"name": "r", "client": "acme"}, "spec": spec}

test_none if {
	found({}) == {{
		"path": ["spec", "compensatingControls"],
		"message": "the risk is accepted and nothing is done instead",
		"hint": "say in compensatingControls what is done instead, or why nothing is needed in vexJustification",
	}}
}

test_empty if count(found({"compensatingControls": []})) == 1

test_compensated if count(found({"compensatingControls": ["Own segment."]})) == 0

test_not_affected if count(found({"vexJustification": "component_not_present"})) == 0
