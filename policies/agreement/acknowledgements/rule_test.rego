package patchops.agreement.acknowledgements_test

import data.patchops.agreement.acknowledgements

documents := {"Client": {"acme": {"acme": {"spec": {"status": "active"}}}, "beta": {"beta": {"spec": {"status": "suspended"}}}}}

three := [{"id": "errors-possible"}, {"id": "risk-of-not-patching"}, {"id": "services-unavailable"}]

found(client, terms) := result if {
	result := acknowledgements.deny with input as {"metadata": {"name": "a", "client": client}, "spec": terms}
		with data.asOf as "2026-03-12T09:00:00Z"
		with data.documents as documents
}

test_one_missing if {
	found("acme", {"acknowledgements": three}) == {{
		"path": ["spec", "acknowledgements"],
		"message": "nobody signed the warning \"costs\"",
		"hint": "have the client sign it and add an acknowledgement with id costs",
	}}
}

test_all_missing if count(found("acme", {"acknowledgements": []})) == 4

test_all_signed if count(found("acme", {"acknowledgements": array.concat(three, [{"id": "costs"}])})) == 0

test_history if count(found("acme", {"acknowledgements": [], "expires": "2026-03-11"})) == 0

test_last_day if count(found("acme", {"acknowledgements": [], "expires": "2026-03-12"})) == 4

test_not_active if count(found("beta", {"acknowledgements": []})) == 0
