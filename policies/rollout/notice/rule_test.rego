package patchops.rollout.notice_test

import data.patchops.rollout.notice

documents := {
	"Client": {"acme": {"acme": {"spec": {"timezone": "Europe/Berlin"}}}},
	"PatchPlan": {"acme": {"p": {"metadata": {"name": "p", "client": "acme"}, "spec": {"deadline": "2026-03-31"}}}},
}

tried := [{"window": "nightly", "start": "2026-03-13T21:00:00Z", "code": "DEADLINE", "count": 3}]

session(asset, code, rest) := object.union({"asset": asset, "code": code, "tried": tried}, rest)

found(unplaced) := result if {
	result := notice.deny with input as {"client": "acme", "plan": "p", "unplaced": unplaced}
		with data.asOf as "2026-03-12T09:00:00Z"
		with data.documents as documents
}

test_told_once if {
	found([session("a", "HORIZON", {}), session("b", "NOTICE_LEAD", {"by": "ClientAgreement/acme/2026"}), session("c", "NOTICE_LEAD", {"by": "other"})]) == {{
		"path": ["unplaced", 1],
		"message": "client \"acme\" cannot be told in time of work on b, c: ClientAgreement/acme/2026 wants a lead that leaves none of 3 occurrences, the first at 2026-03-13T21:00:00Z in window \"nightly\"",
		"hint": "see what keeps it out: patchops explain asset acme/b",
	}}
}

test_remedy if {
	some finding in found([session("b", "NOTICE_LEAD", {"by": "ClientAgreement/acme/2026", "counterfactual": {"text": "extend it"}})])
	finding.hint == "extend it"
}

test_another_reason if count(found([session("a", "HORIZON", {})])) == 0

test_all_placed if count(found([])) == 0
