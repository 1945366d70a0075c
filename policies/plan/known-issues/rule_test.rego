package patchops.plan.known_issues_test

import data.patchops.plan.known_issues

documents := {"Patch": {"_": {
	"bad": {"spec": {"knownIssues": ["the VPN client stops"]}},
	"good": {"spec": {"knownIssues": []}},
	"none": {"spec": {"severity": "low"}},
}}}

found(spec) := result if {
	result := known_issues.deny with input as {"metadata": {"name": "p"}, "spec": object.union({"patches": ["good", "bad", "none"]}, spec)}
		with data.documents as documents
}

test_issue if {
	found({}) == {{
		"path": ["spec", "patches", 1],
		"message": "patch \"bad\" has a known issue, the VPN client stops",
		"hint": "say in impact or backoutPlan what it means here",
	}}
}

test_weighed if {
	count(found({"impact": "The VPN is down for a while."})) == 0
	count(found({"backoutPlan": "Restore."})) == 0
}
