package patchops.ha.members_test

import data.patchops.ha.members

named := {"acme": {"web": ["a"], "db": ["b", "c"]}}

found(name, spec) := result if {
	result := members.deny with input as {"metadata": {"name": name, "client": "acme"}, "spec": spec} with data.members as named
}

test_one if {
	found("web", {}) == {{
		"path": ["spec", "members"],
		"message": "group \"web\" has 1 members, at least 2 are wanted",
		"hint": "add the asset that stands in, or drop the group",
	}}
}

test_two if {
	count(found("db", {})) == 0
	count(found("web", {"members": ["x", "y"]})) == 0
}

test_none if count(found("none", {"members": []})) == 1
