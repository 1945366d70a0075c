package patchops.plan.manual_only_test

import data.patchops.plan.manual_only

documents := {"ClientAgreement": {
	"acme": {"a": {"spec": {"effective": "2026-01-01", "manualOnly": {"matchLabels": {"role": "lab"}}}}},
	"beta": {"b": {"spec": {"effective": "2026-01-01"}}},
}}

assets := {"acme": {"lab": {"name": "lab", "role": "lab"}, "web": {"name": "web", "role": "web"}}, "beta": {"lab": {"name": "lab", "role": "lab"}}}

found(spec) := result if {
	result := manual_only.deny with input as {"metadata": {"name": "p"}, "spec": spec}
		with data.asOf as "2026-03-12T09:00:00Z"
		with data.documents as documents
		with data.assets as assets
		with data.targets as {"_": {"p": [{"client": "acme", "asset": "lab"}, {"client": "acme", "asset": "web"}, {"client": "beta", "asset": "lab"}]}}
}

test_automated if {
	found({"mode": "automated"}) == {{
		"path": ["spec", "mode"],
		"message": "asset \"lab\" of client \"acme\" is patched by hand only, the plan is automated",
		"hint": "exclude it here and take it into a plan with mode manual",
	}}
}

test_automated_by_default if count(found({})) == 1

test_manual if count(found({"mode": "manual"})) == 0
