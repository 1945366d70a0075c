package patchops.rollout.override_test

import data.patchops.rollout.override

documents := {
	"Client": {"acme": {"acme": {"spec": {"timezone": "Europe/Berlin"}}}},
	"PatchPlan": {"acme": {"p": {"metadata": {"name": "p", "client": "acme"}, "spec": {"deadline": "2026-03-31"}}}},
	"Freeze": {"_": {"q1": {"spec": {}}, "q2": {"spec": {"override": {"approvalRuleRef": "incident"}}}}},
}

tried := [{"window": "nightly", "start": "2026-03-13T21:00:00Z", "code": "DEADLINE", "count": 3}]

session(asset, code, rest) := object.union({"asset": asset, "code": code, "tried": tried}, rest)

found(unplaced) := result if {
	result := override.deny with input as {"client": "acme", "plan": "p", "unplaced": unplaced}
		with data.asOf as "2026-03-12T09:00:00Z"
		with data.documents as documents
}

test_told_once if {
	found([session("a", "FREEZE", {"by": "Freeze/_/q1"}), session("b", "FREEZE", {"by": "Freeze/_/q2"}), session("c", "FREEZE", {"by": "Freeze/_/q2"})]) == {{
		"path": ["unplaced", 1],
		"message": "Freeze/_/q2 takes every window of b, c of client \"acme\" until the deadline unless it is lifted: 3 occurrences, the first at 2026-03-13T21:00:00Z in window \"nightly\"",
		"hint": "have the override approved by incident, or move the deadline",
	}}
}

test_no_override if count(found([session("a", "FREEZE", {"by": "Freeze/_/q1"})])) == 0

test_another_reason if count(found([session("a", "HORIZON", {"by": "Freeze/_/q2"})])) == 0

test_all_placed if count(found([])) == 0
