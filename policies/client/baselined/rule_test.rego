package patchops.client.baselined_test

import data.patchops.client.baselined

client(spec) := {"metadata": {"name": "acme", "client": "acme"}, "spec": spec}

test_no_baseline if {
	baselined.deny == {{
		"path": ["spec", "baselineRef"],
		"message": "client \"acme\" is active without a baseline",
		"hint": "set baselineRef to a Baseline, or keep the status at onboarding",
	}} with input as client({"status": "active"})
}

test_baseline if count(baselined.deny) == 0 with input as client({"status": "active", "baselineRef": "linux"})

test_not_active if {
	some status in ["onboarding", "suspended", "ended"]
	count(baselined.deny) == 0 with input as client({"status": status})
}
