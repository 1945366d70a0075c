package patchops.estate.dependency_cycle_test

import data.patchops.estate.dependency_cycle

found(graph) := result if {
	result := dependency_cycle.deny with input as {"metadata": {"name": "l", "client": "acme"}, "spec": {"assets": [{"name": "a"}, {"name": "b"}, {"name": "c"}]}}
		with data.assets as {"acme": {name: {"dependsOn": needed} | some name, needed in graph}}
}

test_circle if {
	found({"a": ["c"], "b": ["a"], "c": ["b"]}) == {
		{"path": ["spec", "assets", 0, "dependsOn"], "message": "asset \"a\" depends on itself by way of [\"c\"]", "hint": "drop one dependsOn of the circle"},
		{"path": ["spec", "assets", 1, "dependsOn"], "message": "asset \"b\" depends on itself by way of [\"a\"]", "hint": "drop one dependsOn of the circle"},
		{"path": ["spec", "assets", 2, "dependsOn"], "message": "asset \"c\" depends on itself by way of [\"b\"]", "hint": "drop one dependsOn of the circle"},
	}
}

test_itself if {f.path | some f in found({"a": ["a"]})} == {["spec", "assets", 0, "dependsOn"]}

test_leads_into_a_circle if {f.path | some f in found({"a": ["b"], "b": ["c"], "c": ["b"]})} == {["spec", "assets", 1, "dependsOn"], ["spec", "assets", 2, "dependsOn"]}

test_order if count(found({"a": ["b", "c"], "b": ["c"]})) == 0

test_none if count(found({})) == 0
