package patchops.agreement.in_force_test

import data.patchops.agreement.in_force

asof := "2026-03-12T09:00:00Z"

documents(status, terms) := {
	"Client": {"acme": {"acme": {"spec": {"status": status}}}},
	"ClientAgreement": {"acme": {"a": {"spec": terms}}},
}

found(status, terms) := result if {
	result := in_force.deny with input as {"metadata": {"name": "acme"}} with data.asOf as asof with data.documents as documents(status, terms)
}

test_expired if {
	found("active", {"effective": "2025-01-01", "expires": "2026-03-11"}) == {{
		"path": ["metadata", "name"],
		"message": "client \"acme\" has no agreement in force at 2026-03-12T09:00:00Z",
		"hint": "add a ClientAgreement whose effective and expires hold that instant, or suspend the client",
	}}
}

test_not_yet if count(found("active", {"effective": "2026-03-13"})) == 1

test_in_force if count(found("active", {"effective": "2026-03-12", "expires": "2026-03-12"})) == 0

test_none_at_all if {
	found := in_force.deny with input as {"metadata": {"name": "acme"}} with data.asOf as asof with data.documents as {"Client": {"acme": {"acme": {"spec": {"status": "active"}}}}}
	count(found) == 1
}

test_not_active if {
	count(found("onboarding", {"effective": "2027-01-01"})) == 0
	count(found("suspended", {"effective": "2027-01-01"})) == 0
	count(found("ended", {"effective": "2027-01-01"})) == 0
}
