package patchops.problem.no_plan_test

import data.patchops.problem.no_plan

own := {"state": "knownError", "resolutionPath": "patch", "patchIds": ["a"]}

found(spec, client, refs) := result if {
	result := no_plan.deny with input as {"metadata": {"name": "p", "client": "acme"}, "spec": object.union(own, spec)}
		with data.documents.PatchPlan as {client: {"x": {"spec": {"problemRefs": refs}}}}
}

test_no_plan if {
	found({}, "acme", ["q"]) == {{
		"path": ["spec", "patchIds"],
		"message": "the patches that solve the problem are known and no plan refers to it",
		"hint": "write a PatchPlan with the problem in problemRefs",
	}}
	count(found({}, "_", ["q"])) == 1
	count(found({}, "beta", ["p"])) == 1
}

test_planned if {
	count(found({}, "acme", ["q", "p"])) == 0
	count(found({}, "_", ["q", "p"])) == 0
}

test_nothing_to_plan if {
	count(found({"patchIds": []}, "acme", [])) == 0
	count(found({"resolutionPath": "workaround"}, "acme", [])) == 0
	count(found({"state": "resolved"}, "acme", [])) == 0
}
