package patchops.retention.anchor_test

import data.patchops.retention.anchor

found_of(class, from) := result if {
	result := anchor.deny with input as {"spec": {"classes": [{"class": class, "anchor": from}]}}
}

test_contacts if {
	found_of("contacts", "recordedAt") == {{
		"path": ["spec", "classes", 0, "anchor"],
		"message": "contacts are kept from recordedAt, so they are redacted while their agreement lasts",
		"hint": "write agreementEnded",
	}}
	count(found_of("contacts", "agreementEnded")) == 0
}

test_others if {
	found_of("records", "agreementEnded") == {{
		"path": ["spec", "classes", 0, "anchor"],
		"message": "records are kept from the end of an agreement, which only contacts belong to",
		"hint": "write recordedAt or closedAt",
	}}
	count(found_of("records", "recordedAt")) == 0
}
