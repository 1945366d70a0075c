package patchops.okr.duplicate_key_result_test

import data.patchops.okr.duplicate_key_result

found(ids) := result if {
	result := duplicate_key_result.deny with input as {"spec": {"keyResults": [{"id": id} | some id in ids]}}
}

test_twice if {
	found(["KR1", "KR2", "KR1"]) == {{
		"path": ["spec", "keyResults", 2, "id"],
		"message": "a key result before this one is called KR1 too",
		"hint": "give it another id",
	}}
}

test_once if count(found(["KR1", "KR2"])) == 0
