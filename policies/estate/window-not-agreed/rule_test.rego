package patchops.estate.window_not_agreed_test

import data.patchops.estate.window_not_agreed

documents(effective) := {"ClientAgreement": {"acme": {"a": {"spec": {"effective": effective, "windowRefs": ["nightly"], "emergency": {"windowRefs": ["any"]}}}}}}

assets := {"acme": {"web": {"windowRefs": ["nightly", "any"]}, "odd": {"windowRefs": ["nightly", "sunday"]}, "pc": {}}}

found(effective, spec) := result if {
	result := window_not_agreed.deny with input as {"metadata": {"name": "l", "client": "acme"}, "spec": spec}
		with data.asOf as "2026-03-12T09:00:00Z"
		with data.assets as assets
		with data.documents as documents(effective)
}

test_foreign_window if {
	found("2026-01-01", {"assets": [{"name": "web"}, {"name": "odd"}, {"name": "pc"}]}) == {{
		"path": ["spec", "assets", 1, "windowRefs"],
		"message": "asset \"odd\" names window \"sunday\", the agreement does not",
		"hint": "name a window of the agreement, or agree on this one",
	}}
}

test_bulk if {
	found("2026-01-01", {"file": "x.csv"}) == {{
		"path": ["spec", "file"],
		"message": "asset \"odd\" names window \"sunday\", the agreement does not",
		"hint": "name a window of the agreement, or agree on this one",
	}}
}

test_no_agreement_is_another_rule if count(found("2027-01-01", {"assets": [{"name": "odd"}]})) == 0
