package patchops.agreement.notice_lead_test

import data.patchops.agreement.notice_lead

documents := {"Client": {"acme": {"acme": {"spec": {"status": "active"}}}, "gone": {"gone": {"spec": {"status": "ended"}}}}}

found(client, terms) := result if {
	result := notice_lead.deny with input as {"metadata": {"name": "a", "client": client}, "spec": terms}
		with data.asOf as "2026-03-12T09:00:00Z"
		with data.parameters as {"agreement/notice-lead": {"minimum": "P1D"}}
		with data.documents as documents
}

test_short if {
	found("acme", {"notice": {"lead": "PT23H59M"}}) == {{
		"path": ["spec", "notice", "lead"],
		"message": "the client is told PT23H59M ahead, at least P1D is wanted",
		"hint": "agree on a lead of P1D or more",
	}}
}

test_long_enough if count(found("acme", {"notice": {"lead": "PT24H"}})) == 0

test_short_for_some_assets if {
	found("acme", {"notice": {"lead": "P3D", "rules": [{"lead": "P7D"}, {"lead": "PT0S"}, {"lead": "P1D"}]}}) == {{
		"path": ["spec", "notice", "rules", 1, "lead"],
		"message": "the client is told PT0S ahead, at least P1D is wanted",
		"hint": "agree on a lead of P1D or more",
	}}
}

test_history if count(found("acme", {"notice": {"lead": "PT0S", "rules": [{"lead": "PT0S"}]}, "expires": "2026-03-11"})) == 0

test_last_day if count(found("acme", {"notice": {"lead": "PT0S", "rules": [{"lead": "PT0S"}]}, "expires": "2026-03-12"})) == 2

test_client_has_ended if count(found("gone", {"notice": {"lead": "PT0S"}})) == 0
