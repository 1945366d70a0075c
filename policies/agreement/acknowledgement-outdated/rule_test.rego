package patchops.agreement.acknowledgement_outdated_test

import data.patchops.agreement.acknowledgement_outdated

clients := {"acme": {"acme": {"spec": {"status": "active"}}}, "beta": {"beta": {"spec": {"status": "onboarding"}}}, "gone": {"gone": {"spec": {"status": "ended"}}}}

templates := {"_": {"de": {"spec": {"textVersion": "2"}}, "en": {"spec": {"textVersion": "3"}}}}

found(client, terms, texts) := result if {
	result := acknowledgement_outdated.deny with input as {"metadata": {"name": "a", "client": client}, "spec": terms}
		with data.asOf as "2026-03-12T09:00:00Z"
		with data.documents as {"Client": clients, "AgreementTemplate": texts}
}

signed := [{"id": "costs", "textVersion": "2"}, {"id": "errors-possible", "textVersion": "1"}]

test_older_text if {
	found("acme", {"acknowledgements": signed}, templates) == {{
		"path": ["spec", "acknowledgements", 1, "textVersion"],
		"message": "the client signed version \"1\" of \"errors-possible\", the texts are at {\"2\", \"3\"}",
		"hint": "have the client sign the current text",
	}}
}

test_signed_again if count(found("acme", {"acknowledgements": array.concat(signed, [{"id": "errors-possible", "textVersion": "3"}])}, templates)) == 0

test_one_template if count(found("acme", {"acknowledgements": signed}, {"_": {"de": {"spec": {"textVersion": "2"}}}})) == 1

test_no_templates if count(found("acme", {"acknowledgements": signed}, {})) == 0

test_onboarding_too if count(found("beta", {"acknowledgements": signed}, templates)) == 1

test_client_has_ended if count(found("gone", {"acknowledgements": signed}, templates)) == 0

test_history if count(found("acme", {"acknowledgements": signed, "expires": "2026-03-11"}, templates)) == 0

test_last_day if count(found("acme", {"acknowledgements": signed, "expires": "2026-03-12"}, templates)) == 1
