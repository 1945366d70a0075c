package patchops.rollout.window_too_short_test

import data.patchops.rollout.window_too_short

documents := {
	"Client": {"acme": {"acme": {"spec": {"timezone": "Europe/Berlin"}}}},
	"PatchPlan": {"acme": {"p": {"metadata": {"name": "p", "client": "acme"}, "spec": {"deadline": "2026-03-31"}}}},
}

tried := [{"window": "nightly", "start": "2026-03-13T21:00:00Z", "code": "DEADLINE", "count": 3}]

session(asset, code, rest) := object.union({"asset": asset, "code": code, "tried": tried}, rest)

found(unplaced) := result if {
	result := window_too_short.deny with input as {"client": "acme", "plan": "p", "unplaced": unplaced}
		with data.asOf as "2026-03-12T09:00:00Z"
		with data.documents as documents
}

test_told_once if {
	found([session("a", "HORIZON", {}), session("b", "WINDOW_TOO_SHORT", {"by": "MaintenanceWindow/acme/nightly", "needs": "PT75M", "has": "PT60M"}), session("c", "WINDOW_TOO_SHORT", {"by": "other"})]) == {{
		"path": ["unplaced", 1],
		"message": "client \"acme\" has no window that is long enough for b, c: b needs PT75M, MaintenanceWindow/acme/nightly has PT60M",
		"hint": "see what keeps it out: patchops explain asset acme/b",
	}}
}

test_remedy if {
	some finding in found([session("b", "WINDOW_TOO_SHORT", {"by": "MaintenanceWindow/acme/nightly", "counterfactual": {"text": "extend it"}})])
	finding.hint == "extend it"
}

test_another_reason if count(found([session("a", "HORIZON", {})])) == 0

test_all_placed if count(found([])) == 0
