package patchops.estate.eol_test

import data.patchops.estate.eol

documents(status, scope) := {
	"Client": {"acme": {"acme": {"spec": {"status": status, "timezone": "Europe/Berlin"}}}},
	"RiskAcceptance": {"acme": {"r": {"spec": {"scope": scope, "approvedAt": "2026-01-01", "expires": "2026-06-30"}}}},
}

found(status, scope, items) := result if {
	result := eol.deny with input as {"metadata": {"name": "l", "client": "acme"}}
		with data.asOf as "2026-03-12T09:00:00Z"
		with data.listed as {"acme": {"l": items}}
		with data.documents as documents(status, scope)
}

old := {"asset": {"name": "old", "eol": "2026-03-11"}, "index": 2}

three := [{"asset": {"name": "new"}, "index": 0}, {"asset": {"name": "ok", "eol": "2026-03-12"}, "index": 1}, old]

test_out_of_support if {
	found("active", {"assets": ["other"]}, three) == {{
		"path": ["spec", "assets", 2, "eol"],
		"message": "asset \"old\" is out of support since 2026-03-11 and no RiskAcceptance covers it",
		"hint": "replace it, or add a RiskAcceptance whose scope names it",
	}}
}

test_bulk if {
	found("active", {"assets": ["other"]}, [{"asset": old.asset}]) == {{
		"path": ["spec", "file"],
		"message": "asset \"old\" is out of support since 2026-03-11 and no RiskAcceptance covers it",
		"hint": "replace it, or add a RiskAcceptance whose scope names it",
	}}
}

test_accepted if count(found("active", {"assets": ["old"]}, three)) == 0

test_client_has_ended if count(found("ended", {"assets": ["other"]}, three)) == 0
