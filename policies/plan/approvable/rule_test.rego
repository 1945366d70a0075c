package patchops.plan.approvable_test

import data.patchops.plan.approvable

found(metadata, spec, matches) := result if {
	result := approvable.deny with input as {"metadata": metadata, "spec": spec}
		with data.documents as {"ApprovalRule": {"_": {name: {"spec": {"match": match}} | some name, match in matches}}}
}

own := {"name": "p", "client": "acme"}

normal := {"changeType": "normal"}

test_no_rule if {
	found(own, normal, {"a": {"changeTypes": ["standard"]}, "b": {"kinds": ["Client"]}}) == {{
		"path": ["spec", "changeType"],
		"message": "no approval rule is for normal changes like this one",
		"hint": "add an ApprovalRule whose match takes it",
	}}
}

test_a_rule if {
	count(found(own, normal, {"a": {"changeTypes": ["standard"]}, "b": {"changeTypes": ["normal"], "minRisk": 100}})) == 0
	count(found(own, normal, {"a": {"kinds": ["Client", "PatchPlan"]}})) == 0
	count(found(own, normal, {"a": {"paths": ["plans/**"]}})) == 0
}

test_of_other_clients if {
	count(found(own, normal, {"a": {"clients": ["beta"]}})) == 1
	count(found(own, normal, {"a": {"clients": ["beta", "acme"]}})) == 0
	count(found({"name": "p"}, normal, {"a": {"clients": ["beta"]}})) == 0
}

test_of_problems if {
	count(found(own, normal, {"a": {"problemRefs": true}})) == 1
	count(found(own, normal, {"a": {"problemRefs": false}})) == 0
	count(found(own, object.union(normal, {"problemRefs": ["x"]}), {"a": {"problemRefs": true}})) == 0
}

test_rules_only_referred_to if {
	found := approvable.deny with input as {"metadata": own, "spec": normal}
		with data.documents as {"ApprovalRule": {"_": {"lift": {"spec": {"require": {}}}}}}
	count(found) == 1
}

test_no_rules_at_all if {
	count(found(own, normal, {})) == 0
	count(approvable.deny) == 0 with input as {"metadata": own, "spec": normal} with data.documents as {}
}
