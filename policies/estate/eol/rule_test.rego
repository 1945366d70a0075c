package patchops.estate.eol_test

import data.patchops.estate.eol

documents(status, scope) := {
	"Client": {"acme": {"acme": {"spec": {"status": status, "timezone": "Europe/Berlin"}}}},
	"RiskAcceptance": {"acme": {"r": {"spec": {"scope": scope, "approvedAt": "2026-01-01", "expires": "2026-06-30"}}}},
}

assets := {"acme": {"old": {"eol": "2026-03-11"}, "ok": {"eol": "2026-03-12"}, "new": {}}}

found(status, scope, spec) := result if {
	result := eol.deny with input as {"metadata": {"name": "l", "client": "acme"}, "spec": spec}
		with data.asOf as "2026-03-12T09:00:00Z"
		with data.assets as assets
		with data.documents as documents(status, scope)
}

three := {"assets": [{"name": "new"}, {"name": "ok"}, {"name": "old"}]}

test_out_of_support if {
	found("active", {"assets": ["other"]}, three) == {{
		"path": ["spec", "assets", 2, "eol"],
		"message": "asset \"old\" is out of support since 2026-03-11 and no RiskAcceptance covers it",
		"hint": "replace it, or add a RiskAcceptance whose scope names it",
	}}
}

test_bulk if {
	found("active", {"assets": ["other"]}, {"file": "x.csv"}) == {{
		"path": ["spec", "file"],
		"message": "asset \"old\" is out of support since 2026-03-11 and no RiskAcceptance covers it",
		"hint": "replace it, or add a RiskAcceptance whose scope names it",
	}}
}

test_accepted if count(found("active", {"assets": ["old"]}, three)) == 0

test_client_has_ended if count(found("ended", {"assets": ["other"]}, three)) == 0
