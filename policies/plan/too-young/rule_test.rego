package patchops.plan.too_young_test

import data.patchops.plan.too_young

documents := {
	"Patch": {"_": {"new": {"spec": {"releasedAt": "2026-03-10"}}, "old": {"spec": {"releasedAt": "2026-03-09"}}}},
	"Bundle": {"_": {"march": {"spec": {"patches": ["old", "new"]}}}},
}

found(spec) := result if result := too_young.deny with input as {"metadata": {"name": "p"}, "spec": spec} with data.documents as documents

test_after_the_deadline if {
	found({"patches": ["old", "new"], "minimumAge": "P7D", "deadline": "2026-03-16"}) == {{
		"path": ["spec", "patches", 1],
		"message": "patch \"new\" of 2026-03-10 is P7D old only after the deadline 2026-03-16",
		"hint": "move the deadline, or leave the patch to the next plan",
	}}
}

test_bundle if {f.path | some f in found({"bundles": ["march"], "minimumAge": "P7D", "deadline": "2026-03-16"})} == {["spec", "bundles", 0]}

test_before_the_deadline if {
	count(found({"patches": ["old", "new"], "minimumAge": "P7D", "deadline": "2026-03-17"})) == 0
	count(found({"patches": ["new"], "minimumAge": "P7D", "deadline": "2026-03-17T00:00:01Z"})) == 0
	count(found({"patches": ["new"], "minimumAge": "P7D", "deadline": "2026-03-17T00:00:00Z"})) == 1
}

test_no_age if count(found({"patches": ["new"], "deadline": "2026-03-10T00:00:00Z"})) == 0
