package patchops.lib.approvals_test

import data.patchops.lib.approvals

one := {"group": "a", "count": 1}

two := {"group": "b", "count": 2}

test_leaf if {
	approvals.single(one)
	not approvals.single(two)
}

test_any if {
	approvals.single({"any": [two, one]})
	not approvals.single({"any": [two, {"all": [one, one]}]})
}

test_all if {
	approvals.single({"all": [one]})
	not approvals.single({"all": [two]})
	not approvals.single({"all": [one, one]})
	not approvals.single({"all": []})
}

test_groups if {
	tree := {"all": [two, {"any": [one, {"group": "b", "count": 1}, {"contactRoles": ["primary"], "count": 3}]}]}
	approvals.groups(tree) == {"a": 1, "b": 2}
	count(approvals.leaves(tree)) == 4
}
