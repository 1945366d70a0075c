package patchops.evidence.tester_test

import data.patchops.evidence.tester

found(by, automated) := result if {
	result := tester.deny with input as {"spec": {"by": by, "automated": automated}}
		with data.documents.Person as {"_": {"ada": {"spec": {"active": true}}, "robot": {"spec": {"active": true, "bot": true}}}}
}

test_program if {
	found("robot", false) == {{
		"path": ["spec", "by"],
		"message": "robot is a program and cannot have run a test by hand",
		"hint": "name the person who ran it, or write automated: true",
	}}
}

test_automated if count(found("robot", true)) == 0

test_person if count(found("ada", false)) == 0
