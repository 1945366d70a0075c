package patchops.ha.max_unavailable_test

import data.patchops.ha.max_unavailable

found(spec) := result if {
	result := max_unavailable.deny with input as {"metadata": {"name": "web", "client": "acme"}, "spec": spec} with data.members as {}
}

test_all if {
	found({"members": ["a", "b"], "maxUnavailable": 2}) == {{
		"path": ["spec", "maxUnavailable"],
		"message": "2 of 2 members may be down at once, at most 1 are wanted",
		"hint": "set maxUnavailable to 1 or less",
	}}
}

test_more_than_all if count(found({"members": ["a", "b"], "maxUnavailable": 3})) == 1

test_one_stays if {
	count(found({"members": ["a", "b"], "maxUnavailable": 1})) == 0
	count(found({"members": ["a", "b"]})) == 0
	count(found({"members": ["a", "b", "c"], "maxUnavailable": 2})) == 0
}

test_too_few_members_is_another_rule if count(found({"members": ["a"]})) == 0
