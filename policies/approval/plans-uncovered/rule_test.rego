package patchops.approval.plans_uncovered_test

import data.patchops.approval.plans_uncovered

found(matches) := result if {
	rules := {$"r{i}": {"spec": {"match": match}} | some i, match in matches}
	result := plans_uncovered.deny with input as {"metadata": {"name": "patchops"}}
		with data.documents as {"ApprovalRule": {"_": object.union({"override": {"spec": {"require": {}}}}, rules)}}
}

messages(matches) := {f.message | some f in found(matches)}

all := {
	"no approval rule takes every standard change",
	"no approval rule takes every normal change",
	"no approval rule takes every emergency change",
}

test_one if {
	found([{"changeTypes": ["standard"]}, {"changeTypes": ["normal"]}]) == {{
		"path": ["metadata", "name"],
		"message": "no approval rule takes every emergency change",
		"hint": "add emergency to match.changeTypes of an ApprovalRule",
	}}
}

test_types if {
	messages([]) == all
	messages([{"changeTypes": ["emergency"]}]) == all - {"no approval rule takes every emergency change"}
	count(found([{"changeTypes": ["standard", "normal", "emergency"]}])) == 0
}

test_any_change if count(found([{}])) == 0

test_by_kind_or_path if {
	count(found([{"kinds": ["Patch", "PatchPlan"]}])) == 0
	count(found([{"paths": ["plans/**"]}])) == 0
	count(found([{"paths": ["plans/any/any.yaml"]}])) == 0
	messages([{"kinds": ["Patch"]}, {"paths": ["catalog/**"]}]) == all
}

test_one_of_several if {
	every match in [{"clients": ["acme"]}, {"clientTiers": [1]}, {"environments": ["prod"]}] {
		count(found([match])) == 0
	}
	count(found([{"paths": ["plans"], "kinds": ["PatchPlan"], "changeTypes": ["standard", "normal", "emergency"]}])) == 0
}

test_only_special_ones if {
	every match in [{"minRisk": 600}, {"minAssets": 10}, {"minCost": 1}, {"problemRefs": true}, {"selector": {}}, {"complianceScopes": ["hipaa"]}, {"findings": ["plan/over"]}] {
		messages([match]) == all
	}
}
