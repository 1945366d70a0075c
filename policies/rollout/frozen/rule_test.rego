package patchops.rollout.frozen_test

import data.patchops.rollout.frozen

documents := {
	"Client": {"acme": {"acme": {"spec": {"timezone": "Europe/Berlin"}}}},
	"PatchPlan": {"acme": {"p": {"metadata": {"name": "p", "client": "acme"}, "spec": {"deadline": "2026-03-31"}}}},
	"Freeze": {"_": {"q1": {"spec": {}}, "q2": {"spec": {"override": {"approvalRuleRef": "incident"}}}}},
}

tried := [{"window": "nightly", "start": "2026-03-13T21:00:00Z", "code": "DEADLINE", "count": 3}]

session(asset, code, rest) := object.union({"asset": asset, "code": code, "tried": tried}, rest)

found(unplaced) := result if {
	result := frozen.deny with input as {"client": "acme", "plan": "p", "unplaced": unplaced}
		with data.asOf as "2026-03-12T09:00:00Z"
		with data.documents as documents
}

test_told_once if {
	found([session("a", "HORIZON", {}), session("b", "FREEZE", {"by": "Freeze/_/q1"}), session("c", "FREEZE", {"by": "other"})]) == {{
		"path": ["unplaced", 1],
		"message": "Freeze/_/q1 takes every window of b, c of client \"acme\" until the deadline: 3 occurrences, the first at 2026-03-13T21:00:00Z in window \"nightly\"",
		"hint": "see what keeps it out: patchops explain asset acme/b",
	}}
}

test_remedy if {
	some finding in found([session("b", "FREEZE", {"by": "Freeze/_/q1", "counterfactual": {"text": "extend it"}})])
	finding.hint == "extend it"
}

test_another_reason if count(found([session("a", "HORIZON", {})])) == 0

test_all_placed if count(found([])) == 0

test_liftable_is_another_finding if {
	count(found([session("a", "FREEZE", {"by": "Freeze/_/q2"})])) == 0
	some finding in found([session("a", "FREEZE", {"by": "Freeze/_/q2"}), session("b", "FREEZE", {"by": "Freeze/_/q1"})])
	finding.path == ["unplaced", 1]
}
