package patchops.evidence.procedure_empty_test

import data.patchops.evidence.procedure_empty

test_no_steps if {
	procedure_empty.deny == {{
		"path": ["spec", "steps"],
		"message": "the procedure has no steps, so everything passes it",
		"hint": "write what to do, in order",
	}} with input as {"spec": {"steps": []}}
}

test_a_step if count(procedure_empty.deny) == 0 with input as {"spec": {"steps": ["Look."]}}
