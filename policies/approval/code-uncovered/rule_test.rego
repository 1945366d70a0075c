package patchops.approval.code_uncovered_test

import data.patchops.approval.code_uncovered

found(matches) := result if {
	rules := {$"r{i}": {"spec": {"match": match}} | some i, match in matches}
	result := code_uncovered.deny with input as {"metadata": {"name": "patchops"}}
		with data.documents as {"ApprovalRule": {"_": rules}}
}

messages(matches) := {f.message | some f in found(matches)}

no_policies := "no approval rule is for changes to policies/"

no_schemas := "no approval rule is for changes to schemas/"

test_none if messages([{"kinds": ["Person"]}, {}, {"paths": ["rules/**", "policies/plan/**"]}]) == {no_policies, no_schemas}

test_one if {
	found([{"paths": ["policies/**"]}]) == {{
		"path": ["metadata", "name"],
		"message": "no approval rule is for changes to schemas/",
		"hint": "add schemas/** to match.paths of an ApprovalRule",
	}}
	messages([{"paths": ["schemas"]}]) == {no_policies}
}

test_by_kind_of_file if count(found([{"paths": ["policies/*/*/rule.rego"]}, {"paths": ["schemas/*.cue"]}])) == 0

test_only_for_plans if messages([{"paths": ["**"], "changeTypes": ["normal"]}, {"paths": ["**"], "kinds": ["Person"]}]) == {no_policies, no_schemas}

test_covered if {
	count(found([{"kinds": ["Person"]}, {"paths": ["policies/**", "schemas/**"]}])) == 0
	count(found([{"paths": ["**"]}])) == 0
}
