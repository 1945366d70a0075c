package patchops.agreement.expiring_test

import data.patchops.agreement.expiring

parameters := {"agreement/expiring": {"within": "P30D"}}

documents(status, others) := {
	"Client": {"acme": {"acme": {"spec": {"status": status}}}},
	"ClientAgreement": {"acme": object.union({"now": {"spec": terms}}, others)},
}

terms := {"effective": "2025-04-12", "expires": "2026-04-11"}

found(asof, status, others) := result if {
	result := expiring.deny with input as {"metadata": {"name": "now", "client": "acme"}, "spec": terms}
		with data.asOf as asof
		with data.parameters as parameters
		with data.documents as documents(status, others)
}

test_soon if {
	found("2026-03-13T00:00:00Z", "active", {}) == {{
		"path": ["spec", "expires"],
		"message": "the agreement ends on 2026-04-11, within P30D, and none follows it",
		"hint": "agree on the next term and add it before that day",
	}}
}

test_not_soon if count(found("2026-03-12T23:59:59Z", "active", {})) == 0

test_over if count(found("2026-04-12T00:00:00Z", "active", {})) == 0

test_not_active if count(found("2026-03-20T00:00:00Z", "suspended", {})) == 0

test_next_term_follows if {
	count(found("2026-03-20T00:00:00Z", "active", {"next": {"spec": {"effective": "2026-04-12"}}})) == 0
	count(found("2026-03-20T00:00:00Z", "active", {"next": {"spec": {"effective": "2026-04-12", "expires": "2026-04-12"}}})) == 0
}

test_gap_before_the_next_term if count(found("2026-03-20T00:00:00Z", "active", {"next": {"spec": {"effective": "2026-04-13"}}})) == 1

test_history_does_not_follow if count(found("2026-03-20T00:00:00Z", "active", {"old": {"spec": {"effective": "2024-01-01", "expires": "2026-04-11"}}})) == 1

test_open_end if {
	open := {"effective": "2025-04-12"}
	count(expiring.deny) == 0 with input as {"metadata": {"name": "now", "client": "acme"}, "spec": open}
		with data.asOf as "2026-03-20T00:00:00Z"
		with data.parameters as parameters
		with data.documents as documents("active", {})
}
