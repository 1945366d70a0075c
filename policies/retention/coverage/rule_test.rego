package patchops.retention.coverage_test

import data.patchops.retention.coverage

found(classes) := result if {
	result := coverage.deny with input as {"spec": {"classes": []}}
		with data.documents.RetentionPolicy as {"_": {class: {"spec": {"classes": [{"class": class}]}} | some class in classes}}
}

test_missing if {
	found(["records", "problems", "evidence"]) == {{
		"path": ["spec", "classes"],
		"message": "no retention policy says how long contacts are kept",
		"hint": "add an entry for the class",
	}}
	count(found(["records", "contacts", "output"])) == 2
}

test_all if count(found(["records", "problems", "evidence", "contacts"])) == 0
