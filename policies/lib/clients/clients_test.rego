package patchops.lib.clients_test

import data.patchops.lib.clients

documents := {
	"Client": {"acme": {"acme": {"spec": {"status": "active", "timezone": "Europe/Berlin"}}}, "beta": {"beta": {"spec": {"status": "onboarding"}}}, "ceta": {"ceta": {"spec": {"status": "suspended"}}}, "deta": {"deta": {"spec": {"status": "ended"}}}},
	"Contact": {"acme": {
		"ada": {"spec": {"role": "primary"}},
		"ben": {"spec": {"role": "escalation", "validUntil": "2026-03-11"}},
		"cem": {"spec": {"role": "escalation", "validUntil": "2026-03-12"}},
	}},
}

test_client_of_a_document if {
	clients.of({"metadata": {"client": "acme"}}) == "acme"
	clients.of({"metadata": {}}) == "_"
}

test_zone if {
	clients.zone("acme") == "Europe/Berlin" with data.documents as documents
	clients.zone("none") == "UTC" with data.documents as documents
}

test_states if {
	{c | some c in ["acme", "beta", "ceta", "deta", "none"]; clients.active(c)} == {"acme"} with data.documents as documents
	{c | some c in ["acme", "beta", "ceta", "deta", "none"]; clients.waiting(c)} == {"beta", "ceta"} with data.documents as documents
}

test_gone if {c | some c in ["acme", "beta", "ceta", "deta", "none"]; clients.gone(c)} == {"deta"} with data.documents as documents

test_spec if clients.spec("beta").status == "onboarding" with data.documents as documents

test_contacts if {
	clients.live("acme") == {"ada", "cem"} with data.documents as documents with data.asOf as "2026-03-12T09:00:00Z"
	clients.having("acme", "escalation") == {"cem"} with data.documents as documents with data.asOf as "2026-03-12T09:00:00Z"
	clients.live("none") == set() with data.documents as documents with data.asOf as "2026-03-12T09:00:00Z"
}

test_a_contact_ends_in_its_clients_zone if {
	clients.live("acme") == {"ada", "cem"} with data.documents as documents with data.asOf as "2026-03-12T22:59:59Z"
	clients.live("acme") == {"ada"} with data.documents as documents with data.asOf as "2026-03-12T23:00:00Z"
}
