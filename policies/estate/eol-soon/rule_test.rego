package patchops.estate.eol_soon_test

import data.patchops.estate.eol_soon

documents(status, scope) := {
	"Client": {"acme": {"acme": {"spec": {"status": status}}}},
	"RiskAcceptance": {"acme": {"r": {"spec": {"scope": scope, "approvedAt": "2026-01-01", "expires": "2026-06-30"}}}},
}

assets := {"acme": {"over": {"eol": "2026-03-11"}, "today": {"eol": "2026-03-12"}, "soon": {"eol": "2026-03-21"}, "later": {"eol": "2026-03-22"}, "new": {}}}

found(asof, status, scope, spec) := result if {
	result := eol_soon.deny with input as {"metadata": {"name": "l", "client": "acme"}, "spec": spec}
		with data.asOf as asof
		with data.assets as assets
		with data.parameters as {"estate/eol-soon": {"within": "P10D"}}
		with data.documents as documents(status, scope)
}

all := {"assets": [{"name": name} | some name in ["new", "over", "soon", "later"]]}

test_within if {
	found("2026-03-12T00:00:00Z", "active", {"assets": ["other"]}, all) == {{
		"path": ["spec", "assets", 2, "eol"],
		"message": "support of asset \"soon\" ends on 2026-03-21, within P10D",
		"hint": "plan its replacement now",
	}}
}

test_bulk if {
	{f.message | some f in found("2026-03-12T00:00:00Z", "active", {"assets": ["other"]}, {"file": "x.csv"})} == {
		"support of asset \"soon\" ends on 2026-03-21, within P10D",
		"support of asset \"today\" ends on 2026-03-12, within P10D",
	}
	{f.path | some f in found("2026-03-12T00:00:00Z", "active", {"assets": ["other"]}, {"file": "x.csv"})} == {["spec", "file"]}
}

test_last_second if {
	count(found("2026-03-12T23:59:59Z", "active", {"assets": ["other"]}, {"assets": [{"name": "today"}]})) == 1
	count(found("2026-03-13T00:00:00Z", "active", {"assets": ["other"]}, {"assets": [{"name": "today"}]})) == 0
}

test_accepted if count(found("2026-03-12T00:00:00Z", "active", {"assets": ["soon"]}, all)) == 0

test_client_has_ended if count(found("2026-03-12T00:00:00Z", "ended", {"assets": ["other"]}, all)) == 0
