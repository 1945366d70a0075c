package patchops.lib.groups_test

import data.patchops.lib.groups

assets := {"acme": {"a": {"haGroup": "web"}, "b": {"haGroup": "web"}, "c": {"haGroup": "db"}, "d": {}}, "other": {"e": {"haGroup": "web"}}}

group(spec) := {"metadata": {"name": "web", "client": "acme"}, "spec": spec}

test_listed if groups.members(group({"members": ["c", "d"]})) == {"c", "d"} with data.assets as assets

test_naming if {
	groups.members(group({})) == {"a", "b"} with data.assets as assets
	groups.naming(group({"members": ["c"]})) == {"a", "b"} with data.assets as assets
}

test_nobody_listed if groups.members(group({"members": []})) == set() with data.assets as assets

test_limit if {
	groups.limit(group({"maxUnavailable": 2})) == 2
	groups.limit(group({})) == 1
}
