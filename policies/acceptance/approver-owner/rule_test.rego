package patchops.acceptance.approver_owner_test

import data.patchops.acceptance.approver_owner

found(approvers) := result if {
	result := approver_owner.deny with input as {"spec": {"owner": "ada", "approvers": approvers}}
}

test_alone if {
	found(["ada"]) == {{
		"path": ["spec", "approvers"],
		"message": "ada owns the risk and accepts it alone",
		"hint": "name another approver",
	}}
}

test_with_another if count(found(["ada", "ben"])) == 0

test_by_another if count(found(["ben"])) == 0

test_nobody_is_another_rule if count(found([])) == 0
