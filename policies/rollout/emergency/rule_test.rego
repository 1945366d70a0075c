package patchops.rollout.emergency_test

import data.patchops.rollout.emergency

documents(change, allowed) := {
	"PatchPlan": {"acme": {"p": {"metadata": {"name": "p", "client": "acme"}, "spec": {"changeType": change, "deadline": "2026-03-31"}}}},
	"ClientAgreement": {"acme": {"a": {"spec": {"effective": "2026-01-01", "emergency": {"allowed": allowed}}}}},
}

found(change, allowed, starts, codes) := result if {
	result := emergency.deny with input as {
		"client": "acme", "plan": "p",
		"placements": [{"asset": "a", "window": "nightly", "start": at} | some at in starts],
		"unplaced": [{"asset": $"host-{i}", "code": code, "tried": []} | some i, code in codes],
	}
		with data.asOf as "2026-03-12T09:00:00Z"
		with data.documents as documents(change, allowed)
}

late := ["2026-03-15T09:00:01Z", "2026-03-20T21:00:00Z"]

test_waits if {
	found("emergency", true, late, []) == {{
		"path": ["waves", 0],
		"message": "the emergency begins at 2026-03-15T09:00:01Z at client \"acme\", more than P3D from now, a in window \"nightly\"",
		"hint": "agree on windows for emergencies, or make it a normal change",
	}}
}

test_quick if {
	count(found("emergency", true, ["2026-03-15T09:00:00Z", "2026-03-20T21:00:00Z"], [])) == 0
	count(found("normal", true, late, [])) == 0
}

test_not_agreed_then if {
	found("emergency", true, [], ["HORIZON", "EMERGENCY_NOT_AGREED", "EMERGENCY_NOT_AGREED"]) == {{
		"path": ["unplaced", 1],
		"message": "no agreement of client \"acme\" allows an emergency when host-1, host-2 could be patched",
		"hint": "agree on emergencies in the terms that follow, or make it a normal change",
	}}
}

test_not_agreed_now_is_another_finding if count(found("emergency", false, [], ["EMERGENCY_NOT_AGREED"])) == 0

test_other_reasons if count(found("emergency", true, [], ["HORIZON"])) == 0
