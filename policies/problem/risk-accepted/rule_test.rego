package patchops.problem.risk_accepted_test

import data.patchops.problem.risk_accepted

found(method, expires) := result if {
	result := risk_accepted.deny with input as {"metadata": {"client": "acme"}, "spec": {"configurationItems": ["a"], "closure": {"method": method}}}
		with data.asOf as "2026-03-12T09:00:00Z"
		with data.documents as {"RiskAcceptance": {"acme": {"r": {"spec": {"scope": {"assets": ["a"]}, "approvedAt": "2026-01-01", "expires": expires}}}}}
}

test_not_accepted if {
	found("riskAccepted", "2026-03-11") == {{
		"path": ["spec", "configurationItems", 0],
		"message": "the problem was closed by accepting its risk, and no RiskAcceptance that holds now covers asset \"a\"",
		"hint": "renew the acceptance, or reopen the problem",
	}}
}

test_accepted if count(found("riskAccepted", "2026-03-12")) == 0

test_other_ways if count(found("nonPatch", "2026-03-11")) == 0
