package patchops.approval.distinct_people_test

import data.patchops.approval.distinct_people

person(active) := {"spec": {"active": active}}

documents := {
	"Person": {"_": {"ada": person(true), "ben": person(true), "cem": person(true), "dana": person(false)}},
	"Group": {"_": {
		"ops": {"spec": {"members": ["ada", "ben", "dana"]}},
		"sec": {"spec": {"members": ["ben"]}},
		"law": {"spec": {"members": ["cem"]}},
	}},
}

found(spec) := result if result := distinct_people.deny with input as {"metadata": {"name": "r"}, "spec": spec} with data.documents as documents

tree(leaves) := {"require": {"all": [{"group": leaf[0], "count": leaf[1]} | some leaf in leaves]}}

test_shared_people if {
	found(tree([["ops", 2], ["sec", 1]])) == {{
		"path": ["spec", "require", "all"],
		"message": "3 different people are wanted, and the groups ops, sec have 2 together who may approve",
		"hint": "want fewer, add active people to the groups, or set distinctPeople: false",
	}}
}

test_one_group_twice if count(found(tree([["sec", 1], ["sec", 1]]))) == 1

test_said if {
	count(found(object.union(tree([["ops", 2], ["sec", 1]]), {"distinctPeople": true}))) == 1
	count(found(object.union(tree([["ops", 2], ["sec", 1]]), {"distinctPeople": false}))) == 0
}

test_enough if {
	count(found(tree([["ops", 1], ["sec", 1]]))) == 0
	count(found(tree([["ops", 2], ["law", 1]]))) == 0
}

test_short_groups_are_another_finding if count(found(tree([["ops", 1], ["sec", 2]]))) == 0

test_others_do_not_count if {
	count(found({"require": {"all": [{"group": "ops", "count": 2}, {"contactRoles": ["primary"], "count": 5}]}})) == 0
	count(found({"require": {"all": []}})) == 0
	count(found({"require": {"group": "sec", "count": 2}})) == 0
}
