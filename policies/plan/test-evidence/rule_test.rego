package patchops.plan.test_evidence_test

import data.patchops.plan.test_evidence

trial(patches, rest) := {"spec": object.union({"patches": patches, "result": "pass"}, rest)}

documents := {
	"Patch": {"_": {"a": {"spec": {"severity": "low"}}, "b": {"spec": {"severity": "low"}}}},
	"Bundle": {"_": {"march": {"spec": {"patches": ["a", "b"]}}}},
	"TestEvidence": {"_": {
		"pass-a": trial(["a"], {}),
		"after-b": trial(["b", "c"], {"phase": "after"}),
		"fail-b": trial(["b"], {"result": "fail"}),
		"open-b": trial(["b"], {"result": "inconclusive"}),
		"before-b": trial(["b"], {"phase": "before"}),
	}},
}

two := [{"name": "canary"}, {"name": "rest"}]

found(spec) := result if result := test_evidence.deny with input as {"metadata": {"name": "p"}, "spec": spec} with data.documents as documents

test_none if {
	found({"waves": two, "patches": ["a", "b"], "testEvidenceRefs": ["pass-a"]}) == {{
		"path": ["spec", "patches", 1],
		"message": "no test of patch \"b\" has passed, wave \"rest\" waits for one",
		"hint": "name a TestEvidence with result pass in testEvidenceRefs",
	}}
}

test_no_refs if count(found({"waves": two, "bundles": ["march"]})) == 2

test_not_a_pass if {
	count(found({"waves": two, "patches": ["b"], "testEvidenceRefs": ["fail-b"]})) == 1
	count(found({"waves": two, "patches": ["b"], "testEvidenceRefs": ["open-b"]})) == 1
	count(found({"waves": two, "patches": ["b"], "testEvidenceRefs": ["before-b"]})) == 1
}

test_passed if count(found({"waves": two, "bundles": ["march"], "testEvidenceRefs": ["pass-a", "fail-b", "after-b"]})) == 0

test_single_wave if count(found({"waves": [{"name": "all"}], "patches": ["a"]})) == 0
