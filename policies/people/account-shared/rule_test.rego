package patchops.people.account_shared_test

import data.patchops.people.account_shared

people := {"_": {
	"ada": {"spec": {"github": {"login": "ada", "id": 7}}},
	"ben": {"spec": {"github": {"login": "ben", "id": 7}}},
	"cem": {"spec": {"github": {"login": "ada", "id": 8}}},
	"dana": {"spec": {"active": true}},
}}

found(name) := result if {
	result := account_shared.deny with input as object.union({"metadata": {"name": name}}, people._[name]) with data.documents as {"Person": people}
}

test_same_id if {
	found("ada") == {{
		"path": ["spec", "github", "id"],
		"message": "person \"ben\" has the same account 7",
		"hint": "correct one of the two ids",
	}}
}

test_own_id if {
	count(found("cem")) == 0
	count(found("dana")) == 0
}
