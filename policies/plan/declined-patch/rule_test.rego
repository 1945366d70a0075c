package patchops.plan.declined_patch_test

import data.patchops.plan.declined_patch

patch(assessment) := {"spec": {"assessment": object.union({"by": "dana"}, assessment)}}

documents := {
	"Patch": {"_": {
		"good": patch({"decision": "approved"}),
		"wait": patch({"decision": "pending"}),
		"bad": patch({"decision": "declined"}),
		"defer": patch({"decision": "deferred", "until": "2026-03-12"}),
		"again": patch({"decision": "deferred", "until": "2026-03-11"}),
		"none": {"spec": {"vendor": "x"}},
	}},
	"Bundle": {"_": {"march": {"spec": {"patches": ["good", "bad"]}}}},
}

found(spec) := result if {
	result := declined_patch.deny with input as {"metadata": {"name": "p"}, "spec": spec}
		with data.documents as documents
		with data.asOf as "2026-03-12T09:00:00Z"
}

test_declined if {
	found({"changeType": "normal", "patches": ["good", "bad", "wait", "none"]}) == {{
		"path": ["spec", "patches", 1],
		"message": "patch \"bad\" was declined by dana",
		"hint": "leave it out, or have it assessed again",
	}}
}

test_deferred if {f.message | some f in found({"changeType": "emergency", "patches": ["defer", "again"]})} == {"patch \"defer\" was deferred by dana"}

test_bundle if {f.path | some f in found({"changeType": "normal", "bundles": ["march"]})} == {["spec", "bundles", 0]}

test_standard_is_another_rule if count(found({"changeType": "standard", "patches": ["bad"]})) == 0
