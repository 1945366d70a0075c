package patchops.acceptance.approvers_test

import data.patchops.acceptance.approvers

found(owner, names) := result if {
	result := approvers.deny with input as {"spec": {"owner": owner, "approvers": names}}
		with data.documents.Person as {"_": {"ada": {"spec": {"active": true}}, "ben": {"spec": {"active": true}}, "cem": {"spec": {"active": false}}}}
}

test_approver_left if {
	found("ada", ["ben", "cem"]) == {{
		"path": ["spec", "approvers", 1],
		"message": "approver cem is no active person",
		"hint": "let somebody decide who is still there",
	}}
}

test_owner_left if {
	found("cem", ["ben"]) == {{
		"path": ["spec", "owner"],
		"message": "cem owns the risk and is no active person",
		"hint": "name a person who answers for it",
	}}
}

test_all_there if count(found("ada", ["ben"])) == 0
