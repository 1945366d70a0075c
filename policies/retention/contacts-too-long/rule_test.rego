package patchops.retention.contacts_too_long_test

import data.patchops.retention.contacts_too_long

found(class, keep) := result if {
	result := contacts_too_long.deny with input as {"spec": {"classes": [{"class": class, "keep": keep}]}}
		with data.parameters as {"retention/contacts-too-long": {"maximum": "P10D"}}
}

test_too_long if {
	found("contacts", "P11D") == {{
		"path": ["spec", "classes", 0, "keep"],
		"message": "contacts are kept for P11D after their agreement, at most P10D is wanted",
		"hint": "shorten it",
	}}
}

test_short if count(found("contacts", "P10D")) == 0

test_other_classes if count(found("records", "P11D")) == 0
