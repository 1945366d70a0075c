package patchops.problem.known_error_test

import data.patchops.problem.known_error

whole := {"state": "knownError", "rootCause": "c", "workaround": "w"}

found(spec, ref) := result if {
	result := known_error.deny with input as {"metadata": {"name": "p"}, "spec": spec}
		with data.documents.KnownError as {"_": {"k": {"spec": {"problemRef": ref}}}}
}

test_no_cause if {
	found(object.remove(whole, ["rootCause"]), "p") == {{
		"path": ["spec", "state"],
		"message": "the problem is a known error without a cause",
		"hint": "write rootCause",
	}}
}

test_no_workaround if {
	found(object.remove(whole, ["workaround"]), "p") == {{
		"path": ["spec", "state"],
		"message": "the problem is a known error without a workaround",
		"hint": "write workaround",
	}}
}

test_not_told if {
	found(whole, "q") == {{
		"path": ["spec", "state"],
		"message": "the problem is a known error and no KnownError tells the service desk",
		"hint": "add a KnownError whose problemRef is this problem",
	}}
}

test_whole if count(found(whole, "p")) == 0

test_other_states if count(found({"state": "open"}, "q")) == 0
