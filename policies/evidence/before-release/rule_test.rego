package patchops.evidence.before_release_test

import data.patchops.evidence.before_release

found(at) := result if {
	result := before_release.deny with input as {"metadata": {}, "spec": {"at": at, "patches": ["none", "a"]}}
		with data.documents.Patch as {"_": {"a": {"spec": {"releasedAt": "2026-03-10T00:00:00Z"}}}}
}

test_before if {
	found("2026-03-09T23:59:59Z") == {{
		"path": ["spec", "patches", 1],
		"message": "patch \"a\" was released at 2026-03-10T00:00:00Z, after the test ended at 2026-03-09T23:59:59Z",
		"hint": "test what was released",
	}}
	count(found("2026-03-08")) == 1
}

test_after if {
	count(found("2026-03-10T00:00:00Z")) == 0
	count(found("2026-03-09")) == 0
}
