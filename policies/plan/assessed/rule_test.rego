package patchops.plan.assessed_test

import data.patchops.plan.assessed

patch(assessment) := {"spec": {"assessment": assessment}}

documents := {
	"Patch": {"_": {
		"good": patch({"decision": "approved"}),
		"held": patch({"decision": "approved", "until": "2026-03-12"}),
		"lapsed": patch({"decision": "approved", "until": "2026-03-11"}),
		"pending": patch({"decision": "pending"}),
		"none": {"spec": {"vendor": "x"}},
	}},
	"Bundle": {"_": {"march": {"spec": {"patches": ["good", "pending"]}}}},
}

found(spec) := result if {
	result := assessed.deny with input as {"metadata": {"name": "p"}, "spec": spec}
		with data.documents as documents
		with data.asOf as "2026-03-12T09:00:00Z"
}

standard(spec) := object.union({"changeType": "standard"}, spec)

test_pending if {
	found(standard({"patches": ["good", "pending"]})) == {{
		"path": ["spec", "patches", 1],
		"message": "patch \"pending\" of a standard change is not approved, its assessment says pending",
		"hint": "assess the patch, or make it a normal change",
	}}
}

test_none if {f.message | some f in found(standard({"patches": ["none"]}))} == {"patch \"none\" of a standard change is not approved, its assessment says nothing"}

test_lapsed if {f.message | some f in found(standard({"patches": ["lapsed"]}))} == {"patch \"lapsed\" of a standard change is not approved, its assessment says approved until 2026-03-11"}

test_bundle if {f.path | some f in found(standard({"bundles": ["march"]}))} == {["spec", "bundles", 0]}

test_approved if count(found(standard({"patches": ["good", "held"]}))) == 0

test_unknown_patch_is_another_finding if count(found(standard({"patches": ["unknown"]}))) == 0

test_inline if {
	found(standard({"patches": ["good", {"package": "nginx", "version": "1.2", "severity": "low"}]})) == {{
		"path": ["spec", "patches", 1],
		"message": "package \"nginx\" is written into a standard change, so nobody assessed it",
		"hint": "write a Patch with an assessment, or make it a normal change",
	}}
}

test_other_changes if {
	count(found({"changeType": "normal", "patches": ["pending", {"package": "nginx"}]})) == 0
	count(found({"changeType": "emergency", "patches": ["pending"]})) == 0
}
