package patchops.agreement.acknowledgement_expired_test

import data.patchops.agreement.acknowledgement_expired

documents := {"Client": {"acme": {"acme": {"spec": {"status": "active"}}}, "beta": {"beta": {"spec": {"status": "onboarding"}}}}}

old := {"id": "costs", "expires": "2026-03-11"}

found(client, terms) := result if {
	result := acknowledgement_expired.deny with input as {"metadata": {"name": "a", "client": client}, "spec": terms}
		with data.asOf as "2026-03-12T09:00:00Z"
		with data.documents as documents
}

test_expired if {
	found("acme", {"acknowledgements": [{"id": "errors-possible"}, old]}) == {{
		"path": ["spec", "acknowledgements", 1, "expires"],
		"message": "the signature of \"costs\" was good until 2026-03-11",
		"hint": "have the client sign again and add the new acknowledgement",
	}}
}

test_still_good if count(found("acme", {"acknowledgements": [{"id": "costs", "expires": "2026-03-12"}]})) == 0

test_renewed if count(found("acme", {"acknowledgements": [old, {"id": "costs"}]})) == 0

test_history if count(found("acme", {"acknowledgements": [old], "expires": "2026-03-11"})) == 0

test_last_day if count(found("acme", {"acknowledgements": [old], "expires": "2026-03-12"})) == 1

test_not_active if count(found("beta", {"acknowledgements": [old]})) == 0
