package patchops.plan.failed_evidence_test

import data.patchops.plan.failed_evidence

documents := {"TestEvidence": {"_": {
	"pass": {"spec": {"result": "pass"}},
	"fail": {"spec": {"result": "fail"}},
	"after": {"spec": {"result": "fail", "phase": "after"}},
	"before": {"spec": {"result": "fail", "phase": "before"}},
}}}

found(refs) := result if result := failed_evidence.deny with input as {"metadata": {"name": "p"}, "spec": {"testEvidenceRefs": refs}} with data.documents as documents

test_failed if {
	found(["pass", "fail"]) == {{
		"path": ["spec", "testEvidenceRefs", 1],
		"message": "test \"fail\" of this plan failed",
		"hint": "mend what failed and test again, or leave the patch out",
	}}
}

test_after if count(found(["after"])) == 1

test_a_problem_fails_before if count(found(["before"])) == 0

test_no_refs if {
	count(failed_evidence.deny) == 0 with input as {"metadata": {"name": "p"}, "spec": {}} with data.documents as documents
}
