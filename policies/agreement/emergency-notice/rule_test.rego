package patchops.agreement.emergency_notice_test

import data.patchops.agreement.emergency_notice

documents := {"Client": {"acme": {"acme": {"spec": {"status": "active"}}}, "gone": {"gone": {"spec": {"status": "ended"}}}}}

terms(allowed, notice) := {"notice": {"lead": "P1D"}, "emergency": {"allowed": allowed, "notice": notice}}

found(client, spec) := result if {
	result := emergency_notice.deny with input as {"metadata": {"name": "a", "client": client}, "spec": spec}
		with data.asOf as "2026-03-12T09:00:00Z"
		with data.documents as documents
}

test_longer if {
	found("acme", terms(true, "P2D")) == {{
		"path": ["spec", "emergency", "notice"],
		"message": "an emergency is told P2D ahead, ordinary work P1D",
		"hint": "agree on at most P1D for emergencies",
	}}
}

test_as_long if count(found("acme", terms(true, "PT24H"))) == 0

test_no_emergencies if count(found("acme", terms(false, "P2D"))) == 0

test_history if count(found("acme", object.union(terms(true, "P2D"), {"expires": "2026-03-11"}))) == 0

test_last_day if count(found("acme", object.union(terms(true, "P2D"), {"expires": "2026-03-12"}))) == 1

test_client_has_ended if count(found("gone", terms(true, "P2D"))) == 0
