package patchops.problem.owner_test

import data.patchops.problem.owner

found(active, state) := result if {
	result := owner.deny with input as {"spec": {"state": state, "owner": "ada"}} with data.documents.Person as {"_": {"ada": {"spec": {"active": active}}}}
}

test_left if {
	found(false, "open") == {{
		"path": ["spec", "owner"],
		"message": "ada owns the problem and is no active person",
		"hint": "name a person who answers for it",
	}}
}

test_there if count(found(true, "open")) == 0

test_history if count(found(false, "closed")) == 0
