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
