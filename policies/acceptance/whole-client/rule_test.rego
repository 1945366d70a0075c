package patchops.acceptance.whole_client_test

import data.patchops.acceptance.whole_client

found(spec) := result if result := whole_client.deny with input as {"metadata": {"name": "r", "client": "acme"}, "spec": spec}

test_patch_everywhere if {
	found({"scope": {"patches": ["p"]}}) == {{
		"path": ["spec", "scope", "assets"],
		"message": "accepted on every asset of the client",
		"hint": "name the assets that need it",
	}}
}

test_vulnerability_everywhere if count(found({"scope": {"cves": ["CVE-2026-1000"], "assets": []}})) == 1

test_machines if count(found({"scope": {"patches": ["p"], "assets": ["a"]}})) == 0

test_finding if count(found({"scope": {"patches": ["p"], "findings": ["estate/eol"]}})) == 0

test_not_affected if count(found({"scope": {"patches": ["p"]}, "vexJustification": "component_not_present"})) == 0

test_nothing_is_another_rule if count(found({"scope": {"patches": []}})) == 0
