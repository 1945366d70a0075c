package patchops.people.inactive_member_test

import data.patchops.people.inactive_member

documents := {"Person": {"_": {"ada": {"spec": {"active": true}}, "ben": {"spec": {"active": false}}}}}

test_inactive if {
	inactive_member.deny == {{
		"path": ["spec", "members", 1],
		"message": "\"ben\" is not active any more",
		"hint": "take them out of the group",
	}} with input as {"metadata": {"name": "ops"}, "spec": {"members": ["ada", "ben", "none"]}} with data.documents as documents
}

test_active if count(inactive_member.deny) == 0 with input as {"metadata": {"name": "ops"}, "spec": {"members": ["ada"]}} with data.documents as documents
