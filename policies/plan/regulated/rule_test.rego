package patchops.plan.regulated_test

import data.patchops.plan.regulated

documents(scopes) := {
	"Client": {"acme": {"acme": {"spec": {"complianceScopes": scopes}}}},
	"Patch": {"_": {
		"bad": {"spec": {"severity": "critical", "releasedAt": "2026-03-05"}},
		"old": {"spec": {"severity": "critical", "releasedAt": "2026-03-02T09:00:00Z"}},
		"mild": {"spec": {"severity": "high", "releasedAt": "2026-03-05"}},
	}},
}

found(spec, scopes, asset) := result if {
	result := regulated.deny with input as {"metadata": {"name": "p", "client": "acme"}, "spec": spec}
		with data.asOf as "2026-03-12T09:00:00Z"
		with data.parameters as {"plan/regulated": {"within": "P10D", "scopes": ["pci-dss"]}}
		with data.documents as documents(scopes)
		with data.assets as {"acme": {"web": asset}}
		with data.targets as {"acme": {"p": [{"client": "acme", "asset": "web"}]}}
}

late := {"patches": ["bad", "mild", "old"], "deadline": "2026-03-15T00:00:01Z"}

test_client_is_regulated if {
	found(late, ["hipaa", "pci-dss"], {}) == {{
		"path": ["spec", "deadline"],
		"message": "critical patch \"bad\" of 2026-03-05 must be on regulated systems within P10D, the deadline 2026-03-15T00:00:01Z is later",
		"hint": "move the deadline forward, or plan the regulated systems apart",
	}}
}

test_asset_is_regulated if count(found(late, [], {"complianceScopes": ["pci-dss"]})) == 1

test_neither if count(found(late, ["hipaa"], {"complianceScopes": ["iso-27001"]})) == 0

test_in_time if count(found({"patches": ["bad"], "deadline": "2026-03-15T00:00:00Z"}, ["pci-dss"], {})) == 0

test_late_already if count(found({"patches": ["old"], "deadline": "2026-03-20"}, ["pci-dss"], {})) == 0

test_less_severe if count(found({"patches": ["mild"], "deadline": "2026-03-20"}, ["pci-dss"], {})) == 0
