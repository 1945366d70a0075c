package patchops.estate.window_not_agreed_test

import data.patchops.estate.window_not_agreed

documents(effective) := {"ClientAgreement": {"acme": {"a": {"spec": {"effective": effective, "windowRefs": ["nightly"], "emergency": {"windowRefs": ["any"]}}}}}}

found(effective, items) := result if {
	result := window_not_agreed.deny with input as {"metadata": {"name": "l", "client": "acme"}}
		with data.asOf as "2026-03-12T09:00:00Z"
		with data.listed as {"acme": {"l": items}}
		with data.documents as documents(effective)
}

web := {"asset": {"name": "web", "windowRefs": ["nightly", "any"]}, "index": 0}

odd := {"asset": {"name": "odd", "windowRefs": ["nightly", "sunday"]}, "index": 1}

pc := {"asset": {"name": "pc"}, "index": 2}

test_foreign_window if {
	found("2026-01-01", [web, odd, pc]) == {{
		"path": ["spec", "assets", 1, "windowRefs"],
		"message": "asset \"odd\" names window \"sunday\", the agreement does not",
		"hint": "name a window of the agreement, or agree on this one",
	}}
}

test_bulk if {
	found("2026-01-01", [{"asset": odd.asset}]) == {{
		"path": ["spec", "file"],
		"message": "asset \"odd\" names window \"sunday\", the agreement does not",
		"hint": "name a window of the agreement, or agree on this one",
	}}
}

test_no_agreement_is_another_rule if count(found("2027-01-01", [odd])) == 0
