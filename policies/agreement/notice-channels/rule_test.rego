package patchops.agreement.notice_channels_test

import data.patchops.agreement.notice_channels

documents := {"Client": {"acme": {"acme": {"spec": {"status": "active"}}}, "gone": {"gone": {"spec": {"status": "ended"}}}}}

found(client, terms) := result if {
	result := notice_channels.deny with input as {"metadata": {"name": "a", "client": client}, "spec": terms}
		with data.asOf as "2026-03-12T09:00:00Z"
		with data.documents as documents
}

test_none if {
	found("acme", {"notice": {"channels": []}}) == {{
		"path": ["spec", "notice", "channels"],
		"message": "the agreement names no channel for notices",
		"hint": "name email, phone or portal",
	}}
}

test_one if count(found("acme", {"notice": {"channels": ["phone"]}})) == 0

test_history if count(found("acme", {"notice": {"channels": []}, "expires": "2026-03-11"})) == 0

test_last_day if count(found("acme", {"notice": {"channels": []}, "expires": "2026-03-12"})) == 1

test_client_has_ended if count(found("gone", {"notice": {"channels": []}})) == 0
