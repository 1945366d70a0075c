package patchops.acceptance.expired_test

import data.patchops.acceptance.expired

found(expires, scope) := result if {
	result := expired.deny with input as {"metadata": {"client": "acme"}, "spec": {"expires": expires, "scope": scope}}
		with data.asOf as "2026-03-12T23:00:00Z"
		with data.documents.Client as {"acme": {"acme": {"spec": {"timezone": "Europe/Berlin"}}}}
}

test_ended if {
	found("2026-03-12", {"assets": ["a"]}) == {{
		"path": ["spec", "expires"],
		"message": "the acceptance ended at 2026-03-12, so its work is planned again",
		"hint": "renew it by a new decision, or remove it",
	}}
}

test_last_day if count(found("2026-03-13", {"assets": ["a"]})) == 0

test_waivers_are_told_of_elsewhere if count(found("2026-03-12", {"findings": ["estate/eol"]})) == 0
