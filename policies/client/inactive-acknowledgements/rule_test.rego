package patchops.client.inactive_acknowledgements_test

import data.patchops.client.inactive_acknowledgements

found(status, signed) := result if {
	result := inactive_acknowledgements.deny with input as {"metadata": {"name": "acme", "client": "acme"}, "spec": {"status": status}}
		with data.asOf as "2026-03-12T09:00:00Z"
		with data.documents as {
			"Client": {"acme": {"acme": {"spec": {"status": status}}}},
			"ClientAgreement": {"acme": {"a": {"spec": {"effective": "2026-01-01", "acknowledgements": signed}}}},
		}
}

three := [{"id": "errors-possible"}, {"id": "risk-of-not-patching"}, {"id": "services-unavailable"}]

test_unsigned if {
	found("onboarding", three) == {{
		"path": ["metadata", "name"],
		"message": "client \"acme\" is onboarding and has not signed the warning \"costs\"",
		"hint": "have the client sign it before it becomes active",
	}}
}

test_expired if {
	found("suspended", array.concat(three, [{"id": "costs", "expires": "2026-03-11"}])) == {{
		"path": ["metadata", "name"],
		"message": "client \"acme\" is suspended and its signature of \"costs\" has expired",
		"hint": "have the client sign again before it becomes active",
	}}
}

test_all_signed if count(found("onboarding", array.concat(three, [{"id": "costs"}]))) == 0

test_active_is_another_rule if count(found("active", [{"id": "costs", "expires": "2026-03-11"}])) == 0

test_ended if count(found("ended", [{"id": "costs", "expires": "2026-03-11"}])) == 0
