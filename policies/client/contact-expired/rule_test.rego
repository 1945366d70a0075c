package patchops.client.contact_expired_test

import data.patchops.client.contact_expired

asof := "2026-03-12T09:00:00Z"

documents(status) := {"Client": {"acme": {"acme": {"spec": {"status": status, "timezone": "Europe/Berlin"}}}}}

contact(spec) := {"metadata": {"name": "ops", "client": "acme"}, "spec": spec}

test_expired if {
	contact_expired.deny == {{
		"path": ["spec", "validUntil"],
		"message": "contact \"ops\" was valid until 2026-03-11",
		"hint": "ask the client and renew validUntil, or delete the contact",
	}} with input as contact({"validUntil": "2026-03-11"}) with data.asOf as asof with data.documents as documents("active")
}

test_last_day if count(contact_expired.deny) == 0 with input as contact({"validUntil": "2026-03-12"}) with data.asOf as asof with data.documents as documents("active")

test_no_end if count(contact_expired.deny) == 0 with input as contact({}) with data.asOf as asof with data.documents as documents("active")

test_client_has_ended if count(contact_expired.deny) == 0 with input as contact({"validUntil": "2026-03-11"}) with data.asOf as asof with data.documents as documents("ended")

test_unknown_client if count(contact_expired.deny) == 1 with input as contact({"validUntil": "2026-03-11"}) with data.asOf as asof with data.documents as {}
