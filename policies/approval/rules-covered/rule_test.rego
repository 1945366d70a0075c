package patchops.approval.rules_covered_test

import data.patchops.approval.rules_covered

found(matches) := result if {
	result := rules_covered.deny with input as {"metadata": {"name": "patchops"}}
		with data.documents as {"ApprovalRule": {"_": {name: {"spec": {"match": match}} | some name, match in matches}}}
}

test_one_missing if {
	found({"a": {"kinds": ["Config", "Person"]}, "b": {"kinds": ["Group", "ApprovalRule"]}}) == {{
		"path": ["metadata", "name"],
		"message": "no approval rule is for changes to ExecutorProfile documents",
		"hint": "add ExecutorProfile to match.kinds of an ApprovalRule",
	}}
}

test_all_missing if count(found({"a": {"changeTypes": ["normal"]}})) == 5

test_all_covered if count(found({"a": {"kinds": ["Config", "Person", "Group", "ApprovalRule", "ExecutorProfile"]}})) == 0

test_paths_may_cover if count(found({"a": {"changeTypes": ["normal"]}, "b": {"paths": ["rules/**"]}})) == 0

test_no_rules_at_all if {
	count(found({})) == 0
	count(rules_covered.deny) == 0 with input as {"metadata": {"name": "patchops"}} with data.documents as {}
}
