package patchops.lib.groups_test

import data.patchops.lib.groups

named := {"acme": {"web": ["a", "b"], "db": ["c"]}, "other": {"web": ["e"]}}

group(spec) := {"metadata": {"name": "web", "client": "acme"}, "spec": spec}

test_listed if groups.members(group({"members": ["c", "d"]})) == {"c", "d"} with data.members as named

test_naming if {
	groups.members(group({})) == {"a", "b"} with data.members as named
	groups.naming(group({"members": ["c"]})) == {"a", "b"} with data.members as named
}

test_nobody_listed if groups.members(group({"members": []})) == set() with data.members as named

test_limit if {
	groups.limit(group({"maxUnavailable": 2})) == 2
	groups.limit(group({})) == 1
}
