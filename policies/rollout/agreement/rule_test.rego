package patchops.rollout.agreement_test

import data.patchops.rollout.agreement

documents := {
	"Client": {"acme": {"acme": {"spec": {"timezone": "Europe/Berlin"}}}},
	"PatchPlan": {"acme": {"p": {"metadata": {"name": "p", "client": "acme"}, "spec": {"deadline": "2026-03-31"}}}},
	"ClientAgreement": {"acme": {"2026": {"spec": {"effective": "2026-01-01", "expires": "2026-03-15"}}}},
}

tried := [{"window": "nightly", "start": "2026-03-13T21:00:00Z", "code": "DEADLINE", "count": 3}]

session(asset, code, rest) := object.union({"asset": asset, "code": code, "tried": tried}, rest)

found(unplaced) := result if {
	result := agreement.deny with input as {"client": "acme", "plan": "p", "unplaced": unplaced}
		with data.asOf as "2026-03-12T09:00:00Z"
		with data.documents as documents
}

test_told_once if {
	found([session("a", "HORIZON", {}), session("b", "AGREEMENT_NOT_IN_FORCE", {"by": "ClientAgreement/acme/2026"}), session("c", "AGREEMENT_NOT_IN_FORCE", {"by": "other"})]) == {{
		"path": ["unplaced", 1],
		"message": "no agreement of client \"acme\" covers a whole session on b, c: of 3 occurrences, the first at 2026-03-13T21:00:00Z in window \"nightly\", none lies within ClientAgreement/acme/2026",
		"hint": "see what keeps it out: patchops explain asset acme/b",
	}}
}

test_remedy if {
	some finding in found([session("b", "AGREEMENT_NOT_IN_FORCE", {"by": "ClientAgreement/acme/2026", "counterfactual": {"text": "extend it"}})])
	finding.hint == "extend it"
}

test_another_reason if count(found([session("a", "HORIZON", {})])) == 0

test_all_placed if count(found([])) == 0

test_none_in_force_is_another_finding if {
	rollout := {"client": "acme", "plan": "p", "unplaced": [session("b", "AGREEMENT_NOT_IN_FORCE", {})]}
	count(agreement.deny) == 0 with input as rollout with data.asOf as "2026-03-20T09:00:00Z" with data.documents as documents
	count(agreement.deny) == 1 with input as rollout with data.asOf as "2026-03-12T09:00:00Z" with data.documents as documents
}
