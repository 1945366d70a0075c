package patchops.lib.changes_test

import data.patchops.lib.changes

test_workers if {
	changes.workers({"author": "ada", "contributors": ["ben"]}) == {"ada", "ben"}
	changes.workers({"contributors": ["ben"]}) == {"ben"}
}

test_yes if changes.yes({"approvals": [
	{"verdict": "approved", "counts": true},
	{"verdict": "approved", "counts": false},
	{"verdict": "rejected", "counts": true},
]}) == {0}

test_nobody_asked if changes.yes({}) == set()

documents := {"PatchPlan": {
	"acme": {"a": {"spec": {"changeType": "emergency"}}, "b": {"spec": {"changeType": "normal"}}},
	"_": {"c": {"spec": {"changeType": "emergency"}}},
}}

entry(kind, name) := {"kind": kind, "client": "acme", "name": name, "after": {"path": "a.yaml"}}

test_emergencies if {
	found := changes.emergencies({"effect": {"documents": [
		entry("PatchPlan", "a"),
		entry("PatchPlan", "b"),
		entry("Review", "a"),
		object.remove(entry("PatchPlan", "a"), ["after"]),
		object.remove(entry("PatchPlan", "c"), ["client"]),
	]}}) with data.documents as documents
	found == {0, 4}
}
