package patchops.estate.dependency_cycle_test

import data.patchops.estate.dependency_cycle

found(lists) := result if {
	result := dependency_cycle.deny with input as {"metadata": {"name": "l", "client": "acme"}} with data.listed as {"acme": lists}
}

asset(i, name, needed) := {"asset": {"name": name, "dependsOn": needed}, "index": i}

test_circle if {
	found({"l": [asset(0, "a", ["c"]), asset(1, "b", ["a"])], "m": [asset(0, "c", ["b"])]}) == {
		{"path": ["spec", "assets", 0, "dependsOn"], "message": "asset \"a\" depends on itself by way of [\"c\"]", "hint": "drop one dependsOn of the circle"},
		{"path": ["spec", "assets", 1, "dependsOn"], "message": "asset \"b\" depends on itself by way of [\"a\"]", "hint": "drop one dependsOn of the circle"},
	}
}

test_bulk if {
	found({"l": [{"asset": {"name": "a", "dependsOn": ["a"]}}]}) == {{
		"path": ["spec", "file"],
		"message": "asset \"a\" depends on itself by way of [\"a\"]",
		"hint": "drop one dependsOn of the circle",
	}}
}

test_leads_into_a_circle if {f.path | some f in found({"l": [asset(0, "a", ["b"]), asset(1, "b", ["c"]), asset(2, "c", ["b"])]})} == {["spec", "assets", 1, "dependsOn"], ["spec", "assets", 2, "dependsOn"]}

test_order if count(found({"l": [asset(0, "a", ["b", "c"]), asset(1, "b", ["c"])]})) == 0

test_none if count(found({"l": [{"asset": {"name": "a"}, "index": 0}]})) == 0
