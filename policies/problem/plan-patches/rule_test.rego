package patchops.problem.plan_patches_test

import data.patchops.problem.plan_patches

found(spec) := result if {
	result := plan_patches.deny with input as {"metadata": {"client": "acme"}, "spec": object.union({"problemRefs": ["q", "p"]}, spec)}
		with data.documents as {
			"Problem": {"acme": {"p": {"spec": {"patchIds": ["a", "b"]}}, "q": {"spec": {}}, "r": {"spec": {"patchIds": ["a"]}}}},
			"Bundle": {"_": {"x": {"spec": {"patches": ["c", "b"]}}, "y": {"spec": {"patches": ["c"]}}}},
		}
}

test_none_of_them if {
	found({"patches": ["c"], "bundles": ["y"]}) == {{
		"path": ["spec", "problemRefs", 1],
		"message": "the plan installs none of the patches that solve problem \"p\"",
		"hint": "add one of its patchIds, or delete the reference",
	}}
	count(found({"patches": ["c"]})) == 1
	count(found({"patches": ["c"], "problemRefs": ["r"]})) == 1
}

test_one_of_them if {
	count(found({"patches": ["c", "a"]})) == 0
	count(found({"patches": [], "bundles": ["y", "x"]})) == 0
}

test_no_patch_known if {
	none := found({"patches": ["c"], "problemRefs": ["q"]})
	count(none) == 0
	empty := plan_patches.deny with input as {"metadata": {}, "spec": {"problemRefs": ["p"], "patches": ["c"]}}
		with data.documents as {"Problem": {"_": {"p": {"spec": {"patchIds": []}}}}}
	count(empty) == 0
}
