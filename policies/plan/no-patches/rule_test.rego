package patchops.plan.no_patches_test

import data.patchops.plan.no_patches

found(spec) := result if result := no_patches.deny with input as {"metadata": {"name": "p"}, "spec": spec}

test_neither if {
	found({}) == {{
		"path": ["spec", "patches"],
		"message": "the plan names no patch and no bundle",
		"hint": "name patches or bundles",
	}}
}

test_empty if count(found({"patches": [], "bundles": []})) == 1

test_a_patch if count(found({"patches": ["a"]})) == 0

test_a_bundle if count(found({"patches": [], "bundles": ["b"]})) == 0
