package patchops.retention.duplicate_test

import data.patchops.retention.duplicate

found(classes, others) := result if {
	own := {"metadata": {"name": "own"}, "spec": {"classes": [{"class": class} | some class in classes]}}
	result := duplicate.deny with input as own
		with data.documents.RetentionPolicy as {"_": {"own": own, "other": {"spec": {"classes": [{"class": class} | some class in others]}}}}
}

test_twice if {
	found(["records", "output", "records"], []) == {{
		"path": ["spec", "classes", 2, "class"],
		"message": "an entry before this one says how long records are kept",
		"hint": "keep one of the two",
	}}
}

test_another_policy if {
	found(["records"], ["feeds", "records"]) == {{
		"path": ["spec", "classes", 0, "class"],
		"message": "retention policy \"other\" too says how long records are kept",
		"hint": "keep one of the two",
	}}
}

test_once if count(found(["records", "output"], ["feeds"])) == 0
