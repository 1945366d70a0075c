package patchops.problem.resolution_path_test

import data.patchops.problem.resolution_path

found(spec) := result if {
	result := resolution_path.deny with input as {"spec": spec}
}

test_not_decided if {
	found({"state": "knownError"}) == {{
		"path": ["spec", "state"],
		"message": "the problem is knownError and nobody decided how it is to be solved",
		"hint": "write resolutionPath with patch, workaround or config",
	}}
	count(found({"state": "resolved"})) == 1
}

test_decided if count(found({"state": "knownError", "resolutionPath": "config"})) == 0

test_not_known_yet if count(found({"state": "investigating"})) == 0

test_solved_otherwise if {
	found({"state": "closed", "resolutionPath": "config", "closure": {"method": "patch"}}) == {{
		"path": ["spec", "resolutionPath"],
		"message": "the problem was to be solved by config and was closed by a patch",
		"hint": "write patch, or correct the closure",
	}}
	count(found({"state": "closed", "resolutionPath": "patch", "closure": {"method": "patch"}})) == 0
	count(found({"state": "closed", "resolutionPath": "config", "closure": {"method": "nonPatch"}})) == 0
}
