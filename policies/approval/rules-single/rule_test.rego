package patchops.approval.rules_single_test

import data.patchops.approval.rules_single

documents(people) := {"Person": {"_": {name: {"spec": {"active": true}} | some name in people}}}

three := ["ada", "ben", "dana"]

found(match, require, people) := result if {
	result := rules_single.deny with input as {"metadata": {"name": "r"}, "spec": {"match": match, "require": require}} with data.documents as documents(people)
}

one := {"group": "ops", "count": 1}

test_kind if {
	found({"kinds": ["Patch", "Person"]}, one, three) == {{
		"path": ["spec", "require"],
		"message": "one person's approval changes Person, which decides who may approve",
		"hint": "ask for a second person",
	}}
}

test_each_kind if count(found({"kinds": ["Config", "Person", "Group", "ApprovalRule", "ExecutorProfile"]}, one, three)) == 4

test_paths if {
	{f.message | some f in found({"paths": ["clients/**", "rules/**", "patchops.yaml"]}, one, three)} == {
		"one person's approval changes rules/**, which decides who may approve",
		"one person's approval changes patchops.yaml, which decides who may approve",
	}
}

test_two_people if count(found({"kinds": ["Person"]}, {"group": "ops", "count": 2}, three)) == 0

test_nobody_else_to_ask if count(found({"kinds": ["Person"]}, one, ["ada", "ben"])) == 0

test_people_who_left_are_not_asked if {
	found := rules_single.deny with input as {"metadata": {"name": "r"}, "spec": {"match": {"kinds": ["Person"]}, "require": one}}
		with data.documents as {"Person": {"_": {"ada": {"spec": {"active": true}}, "ben": {"spec": {"active": true}}, "cem": {"spec": {"active": false}}}}}
	count(found) == 0
}

test_other_matters if {
	count(found({"kinds": ["Patch"]}, one, three)) == 0
	count(found({"changeTypes": ["normal"]}, one, three)) == 0
}
