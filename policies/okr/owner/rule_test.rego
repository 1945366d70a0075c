package patchops.okr.owner_test

import data.patchops.okr.owner

found(active) := result if {
	result := owner.deny with input as {"spec": {"owner": "ada"}} with data.documents.Person as {"_": {"ada": {"spec": {"active": active}}}}
}

test_left if {
	found(false) == {{
		"path": ["spec", "owner"],
		"message": "ada owns the objective and is no active person",
		"hint": "name a person who answers for it",
	}}
}

test_there if count(found(true)) == 0
