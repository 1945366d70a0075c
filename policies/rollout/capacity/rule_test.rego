package patchops.rollout.capacity_test

import data.patchops.rollout.capacity

documents := {
	"Client": {"acme": {"acme": {"spec": {"timezone": "Europe/Berlin"}}}},
	"PatchPlan": {"acme": {"p": {"metadata": {"name": "p", "client": "acme"}, "spec": {"deadline": "2026-03-31"}}}},
}

tried := [{"window": "nightly", "start": "2026-03-13T21:00:00Z", "code": "DEADLINE", "count": 3}]

session(asset, code, rest) := object.union({"asset": asset, "code": code, "tried": tried}, rest)

found(unplaced) := result if {
	result := capacity.deny with input as {"client": "acme", "plan": "p", "unplaced": unplaced}
		with data.asOf as "2026-03-12T09:00:00Z"
		with data.documents as documents
}

test_each_reason if {
	found([session("a", "CAPACITY", {"by": "MaintenanceWindow/acme/nightly"}), session("b", "CAPACITY", {}), session("c", "TECHNICIAN", {"by": "Shift/_/early"}), session("d", "RELAY_CAPACITY", {"by": "Relay/acme/lyon"}), session("e", "HORIZON", {})]) == {
		{
			"path": ["unplaced", 0],
			"message": "MaintenanceWindow/acme/nightly of client \"acme\" has no place left for a, b: 3 occurrences, the first at 2026-03-13T21:00:00Z in window \"nightly\"",
			"hint": "see what keeps it out: patchops explain asset acme/a",
		},
		{
			"path": ["unplaced", 2],
			"message": "Shift/_/early of client \"acme\" has no technician left for c: 3 occurrences, the first at 2026-03-13T21:00:00Z in window \"nightly\"",
			"hint": "see what keeps it out: patchops explain asset acme/c",
		},
		{
			"path": ["unplaced", 3],
			"message": "Relay/acme/lyon of client \"acme\" hands on too little before the window opens for d: 3 occurrences, the first at 2026-03-13T21:00:00Z in window \"nightly\"",
			"hint": "see what keeps it out: patchops explain asset acme/d",
		},
	}
}

test_remedy if {
	some finding in found([session("a", "CAPACITY", {"counterfactual": {"text": "raise it"}})])
	finding.hint == "raise it"
}

test_all_placed if count(found([])) == 0
