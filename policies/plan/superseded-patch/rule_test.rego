package patchops.plan.superseded_patch_test

import data.patchops.plan.superseded_patch

documents := {
	"Patch": {"_": {"old": {"spec": {"vendor": "x"}}, "new": {"spec": {"supersedes": ["older", "old"]}}}},
	"Bundle": {"_": {"march": {"spec": {"patches": ["old"]}}}},
}

found(spec) := result if result := superseded_patch.deny with input as {"metadata": {"name": "p"}, "spec": spec} with data.documents as documents

test_both if {
	found({"patches": ["new", "old"]}) == {{
		"path": ["spec", "patches", 1],
		"message": "patch \"old\" is contained in \"new\", which the plan installs too",
		"hint": "leave old out",
	}}
}

test_over_a_bundle if {f.path | some f in found({"patches": ["new"], "bundles": ["march"]})} == {["spec", "bundles", 0]}

test_only_one if {
	count(found({"patches": ["old"]})) == 0
	count(found({"patches": ["new"]})) == 0
}
