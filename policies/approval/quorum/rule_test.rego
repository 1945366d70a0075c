package patchops.approval.quorum_test

import data.patchops.approval.quorum

documents := {
	"Person": {"_": {"ada": {"spec": {"active": true}}, "ben": {"spec": {"active": false}}, "dana": {"spec": {"active": true}}}},
	"Group": {"_": {"ops": {"spec": {"members": ["ada", "ben", "dana"]}}, "sec": {"spec": {"members": ["dana"]}}}},
}

found(require) := result if result := quorum.deny with input as {"metadata": {"name": "r"}, "spec": {"require": require}} with data.documents as documents

test_too_many if {
	found({"group": "ops", "count": 3}) == {{
		"path": ["spec", "require"],
		"message": "3 people of group \"ops\" are wanted, 2 may approve",
		"hint": "want fewer, or add active people to the group",
	}}
}

test_inside if {f.message | some f in found({"all": [{"group": "ops", "count": 1}, {"any": [{"group": "sec", "count": 2}]}]})} == {"2 people of group \"sec\" are wanted, 1 may approve"}

test_enough if {
	count(found({"group": "ops", "count": 2})) == 0
	count(found({"contactRoles": ["primary"], "count": 9})) == 0
}

test_a_choice if count(found({"any": [{"group": "sec", "count": 2}, {"group": "ops", "count": 1}]})) == 0
