package patchops.acceptance.too_broad_test

import data.patchops.acceptance.too_broad

found(scope) := result if {
	result := too_broad.deny with input as {"spec": {"scope": scope}} with data.parameters as {"acceptance/too-broad": {"maximum": 2}}
}

test_everything if {
	found({"findings": ["estate/eol"]}) == {{
		"path": ["spec", "scope"],
		"message": "the acceptance names no asset, patch or vulnerability, so it holds for all that the client has",
		"hint": "name the assets, or the patches or cves",
	}}
	count(found({})) == 1
}

test_something if {
	count(found({"assets": ["a"]})) == 0
	count(found({"patches": ["p"]})) == 0
	count(found({"cves": ["CVE-2026-1000"]})) == 0
}

test_many if {
	found({"assets": ["a", "b", "c"]}) == {{
		"path": ["spec", "scope", "assets"],
		"message": "the acceptance covers 3 assets, at most 2 are wanted",
		"hint": "patch some of them, or split the decision by their owners",
	}}
	count(found({"assets": ["a", "b"]})) == 0
}
