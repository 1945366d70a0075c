package patchops.approval.asks_nobody_test

import data.patchops.approval.asks_nobody

found(require) := result if result := asks_nobody.deny with input as {"metadata": {"name": "r"}, "spec": {"require": require}}

messages(require) := {f.message | some f in found(require)}

ops := {"group": "ops", "count": 1}

test_all if {
	found({"all": []}) == {{
		"path": ["spec", "require"],
		"message": "an empty all is satisfied without any approval",
		"hint": "name who must approve in all",
	}}
}

test_inside if messages({"any": [ops, {"all": []}]}) == {"an empty all is satisfied without any approval"}

test_any if messages({"any": []}) == {"an empty any is never satisfied"}

test_roles if messages({"all": [ops, {"contactRoles": [], "count": 1}]}) == {"an empty contactRoles is never satisfied"}

test_somebody if {
	count(found(ops)) == 0
	count(found({"all": [ops, {"any": [ops]}, {"contactRoles": ["primary"], "count": 1}, {"ownerOf": "assets", "count": 1}]})) == 0
}
