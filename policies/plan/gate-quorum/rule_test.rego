package patchops.plan.gate_quorum_test

import data.patchops.plan.gate_quorum

documents := {
	"Person": {"_": {"ada": {"spec": {"active": true}}, "ben": {"spec": {"active": false}}, "dana": {"spec": {"active": true}}}},
	"Group": {"_": {"ops": {"spec": {"members": ["ada", "ben", "dana"]}}}},
}

found(gates) := result if {
	result := gate_quorum.deny with input as {"metadata": {"name": "p"}, "spec": {"waves": [{"name": "a"}, {"name": "b", "gates": gates}]}}
		with data.documents as documents
}

test_too_many if {
	found([{"type": "probe"}, {"type": "approval", "group": "ops", "count": 3}]) == {{
		"path": ["spec", "waves", 1, "gates", 1, "count"],
		"message": "the gate of wave \"b\" wants 3 people of group \"ops\", 2 may approve",
		"hint": "want fewer, or add people to the group",
	}}
}

test_enough if count(found([{"type": "approval", "group": "ops", "count": 2}])) == 0

test_contacts if count(found([{"type": "approval", "contactRoles": ["primary"], "count": 9}])) == 0
