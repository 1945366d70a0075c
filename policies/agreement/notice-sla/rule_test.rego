package patchops.agreement.notice_sla_test

import data.patchops.agreement.notice_sla

documents := {
	"Client": {"acme": {"acme": {"spec": {"status": "active"}}}, "gone": {"gone": {"spec": {"status": "ended"}}}},
	"SLAPolicy": {"_": {"default": {"spec": {"rules": [{"within": "P7D"}, {"within": "P30D"}]}}, "slow": {"spec": {"rules": [{"within": "P90D"}]}}}},
}

found(client, terms) := result if {
	result := notice_sla.deny with input as {"metadata": {"name": "a", "client": client}, "spec": terms}
		with data.asOf as "2026-03-12T09:00:00Z"
		with data.documents as documents
}

test_as_long_as_the_due_date if {
	found("acme", {"notice": {"lead": "P7D"}}) == {{
		"path": ["spec", "notice", "lead"],
		"message": "a notice lead of P7D leaves nothing of the P7D in which SLAPolicy \"default\" wants patches to be in",
		"hint": "agree on a lead shorter than P7D, or on another SLAPolicy",
	}}
}

test_shorter if count(found("acme", {"notice": {"lead": "P6D"}})) == 0

test_another_policy if count(found("acme", {"notice": {"lead": "P14D"}, "slaPolicyRef": "slow"})) == 0

test_history if count(found("acme", {"notice": {"lead": "P7D"}, "expires": "2026-03-11"})) == 0

test_last_day if count(found("acme", {"notice": {"lead": "P7D"}, "expires": "2026-03-12"})) == 1

test_client_has_ended if count(found("gone", {"notice": {"lead": "P7D"}})) == 0
