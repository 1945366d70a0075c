package patchops.approval.no_spare_test

import data.patchops.approval.no_spare

person(active) := {"spec": {"active": active}}

documents := {
	"Person": {"_": {"ada": person(true), "ben": person(true), "cem": person(false)}},
	"Group": {"_": {"ops": {"spec": {"members": ["ada", "ben", "cem"]}}}},
}

found(spec) := result if result := no_spare.deny with input as {"metadata": {"name": "r"}, "spec": spec} with data.documents as documents

ops(n) := {"group": "ops", "count": n}

test_all_of_them if {
	found({"require": {"all": [ops(2)]}}) == {{
		"path": ["spec", "require"],
		"message": "all 2 people of group \"ops\" must approve, so nobody of them can be the author or away",
		"hint": "add people to the group, or let another group stand in with any",
	}}
	count(found({"require": ops(2), "exclude": ["author"]})) == 1
}

test_others if {
	count(found({"require": ops(1)})) == 0
	count(found({"require": ops(3)})) == 0
}

test_authors_may_approve if count(found({"require": ops(2), "exclude": []})) == 0

test_a_choice if count(found({"require": {"any": [ops(2), ops(1)]}})) == 0
