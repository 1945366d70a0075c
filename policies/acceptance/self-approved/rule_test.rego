package patchops.acceptance.self_approved_test

import data.patchops.acceptance.self_approved

found(approvers) := result if result := self_approved.deny with input as {"metadata": {"name": "r", "client": "acme"}, "spec": {"owner": "ben", "approvers": approvers}}

test_only_the_owner if {
	found(["ben"]) == {{
		"path": ["spec", "approvers"],
		"message": "\"ben\" owns the risk and is the only one who accepts it",
		"hint": "have somebody else accept it",
	}}
}

test_somebody_else if {
	count(found(["dana"])) == 0
	count(found(["ben", "dana"])) == 0
}

test_nobody_is_another_finding if count(found([])) == 0
