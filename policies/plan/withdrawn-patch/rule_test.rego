package patchops.plan.withdrawn_patch_test

import data.patchops.plan.withdrawn_patch

documents := {
	"Patch": {"_": {"good": {"spec": {"vendor": "x"}}, "bad": {"spec": {"withdrawnAt": "2026-03-12"}}, "later": {"spec": {"withdrawnAt": "2026-03-13"}}}},
	"Bundle": {"_": {"march": {"spec": {"patches": ["good", "bad"]}}}},
}

found(spec) := result if {
	result := withdrawn_patch.deny with input as {"metadata": {"name": "p"}, "spec": spec}
		with data.documents as documents
		with data.asOf as "2026-03-12T09:00:00Z"
}

test_withdrawn if {
	found({"patches": ["good", "bad", "later", {"package": "x"}]}) == {{
		"path": ["spec", "patches", 1],
		"message": "patch \"bad\" was withdrawn at 2026-03-12",
		"hint": "leave it out, or install what replaces it",
	}}
}

test_bundle if {f.path | some f in found({"bundles": ["march"]})} == {["spec", "bundles", 0]}

test_none if count(found({"patches": ["good", "later"]})) == 0
