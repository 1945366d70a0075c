package patchops.approval.dead_choice_test

import data.patchops.approval.dead_choice

documents := {
	"Person": {"_": {"ada": {"spec": {"active": true}}, "ben": {"spec": {"active": false}}}},
	"Group": {"_": {"ops": {"spec": {"members": ["ada", "ben"]}}}},
}

found(require) := result if result := dead_choice.deny with input as {"metadata": {"name": "r"}, "spec": {"require": require}} with data.documents as documents

ops(n) := {"group": "ops", "count": n}

test_dead if {
	found({"any": [ops(1), ops(2)]}) == {{
		"path": ["spec", "require", "any", 1],
		"message": "2 people of group \"ops\" are wanted, 1 may approve, so this choice is none",
		"hint": "want fewer, add active people to the group, or leave the choice out",
	}}
}

test_inside if {f.path | some f in found({"any": [{"all": [ops(1), ops(2)]}, ops(1)]})} == {["spec", "require", "any", 0]}

test_a_choice_inside if count(found({"any": [{"any": [ops(1), ops(2)]}, ops(1)]})) == 0

test_others if {
	count(found({"any": [ops(1), {"contactRoles": ["primary"], "count": 9}]})) == 0
	count(found({"all": [ops(2), ops(1)]})) == 0
	count(found(ops(2))) == 0
}
