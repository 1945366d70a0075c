package patchops.lib.loosening_test

import data.patchops.lib.loosening

freeze := {"about": "freeze", "file": "rules/freeze.yaml", "kind": "Freeze", "name": "q1", "what": "removed"}

test_document if loosening.told(freeze) == "Freeze/_/q1 is removed"

test_client if loosening.told(object.union(freeze, {"client": "acme"})) == "Freeze/acme/q1 is removed"

test_file if loosening.told({"about": "rules", "file": "policies/a/b/rule.rego", "what": "changed"}) == "policies/a/b/rule.rego is changed"

test_field if {
	shorter := object.union(freeze, {"path": "spec.until", "what": "shortened"})
	loosening.told(shorter) == "spec.until of Freeze/_/q1 is shorter"
	loosening.told(object.union(shorter, {"before": "5"})) == "spec.until of Freeze/_/q1 is shorter: 5"
	loosening.told(object.union(shorter, {"after": "4"})) == "spec.until of Freeze/_/q1 is shorter: 4"
	loosening.told(object.union(shorter, {"before": "5", "after": "4"})) == "spec.until of Freeze/_/q1 is shorter: 5, now 4"
}

test_words if loosening.words == {
	"removed": "is removed", "added": "is new", "shortened": "is shorter", "lengthened": "is longer",
	"moved": "is at another time", "narrowed": "binds less", "widened": "admits more", "opened": "opens more",
	"raised": "is higher", "lowered": "is lower", "allowed": "is allowed", "passes": "lets more pass",
	"overridable": "may be overridden", "finishes": "no longer pauses what runs", "acknowledged": "is acknowledged",
	"swapped": "asks others", "unexcluded": "lets more people count", "indistinct": "counts one person more than once",
	"unsigned": "takes unsigned words", "joined": "lets somebody join", "identity": "is another identity",
	"activated": "is active again", "excluded": "is no longer read", "ungrouped": "leaves its group", "changed": "is changed",
}
