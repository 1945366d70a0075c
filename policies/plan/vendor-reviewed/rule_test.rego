package patchops.plan.vendor_reviewed_test

import data.patchops.plan.vendor_reviewed

patch(state) := {"spec": {"vendorReview": {"state": state}}}

documents := {
	"Patch": {"_": {"good": patch("passed"), "bad": patch("failed"), "wait": patch("pending"), "none": {"spec": {"vendor": "x"}}}},
	"Bundle": {"_": {"march": {"spec": {"patches": ["good", "bad"]}}}},
}

found(spec) := result if result := vendor_reviewed.deny with input as {"metadata": {"name": "p"}, "spec": spec} with data.documents as documents

standard(spec) := object.union({"changeType": "standard"}, spec)

test_failed if {
	found(standard({"patches": ["good", "bad"]})) == {{
		"path": ["spec", "patches", 1],
		"message": "patch \"bad\" of a standard change is not reviewed, its vendorReview is failed",
		"hint": "review the patch, or make it a normal change",
	}}
}

test_missing if {f.message | some f in found(standard({"patches": ["none", "wait"]}))} == {
	"patch \"none\" of a standard change is not reviewed, its vendorReview is missing",
	"patch \"wait\" of a standard change is not reviewed, its vendorReview is pending",
}

test_bundle if {f.path | some f in found(standard({"bundles": ["march"]}))} == {["spec", "bundles", 0]}

test_passed if count(found(standard({"patches": ["good"]}))) == 0

test_unknown_patch_is_another_finding if count(found(standard({"patches": ["unknown"]}))) == 0

test_other_changes if {
	count(found({"changeType": "normal", "patches": ["bad"]})) == 0
	count(found({"changeType": "emergency", "patches": ["bad"]})) == 0
}
