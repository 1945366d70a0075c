package patchops.estate.eol_soon_test

import data.patchops.estate.eol_soon

documents(status, scope) := {
	"Client": {"acme": {"acme": {"spec": {"status": status}}}},
	"RiskAcceptance": {"acme": {"r": {"spec": {"scope": scope, "approvedAt": "2026-01-01", "expires": "2026-06-30"}}}},
}

found(asof, status, scope, items) := result if {
	result := eol_soon.deny with input as {"metadata": {"name": "l", "client": "acme"}}
		with data.asOf as asof
		with data.listed as {"acme": {"l": items}}
		with data.parameters as {"estate/eol-soon": {"within": "P10D"}}
		with data.documents as documents(status, scope)
}

soon := {"asset": {"name": "soon", "eol": "2026-03-21"}, "index": 2}

today := {"asset": {"name": "today", "eol": "2026-03-12"}, "index": 0}

all := [
	{"asset": {"name": "new"}, "index": 0},
	{"asset": {"name": "over", "eol": "2026-03-11"}, "index": 1},
	soon,
	{"asset": {"name": "later", "eol": "2026-03-22"}, "index": 3},
]

test_within if {
	found("2026-03-12T00:00:00Z", "active", {"assets": ["other"]}, all) == {{
		"path": ["spec", "assets", 2, "eol"],
		"message": "support of asset \"soon\" ends on 2026-03-21, within P10D",
		"hint": "plan its replacement now",
	}}
}

test_bulk if {
	found("2026-03-12T00:00:00Z", "active", {"assets": ["other"]}, [{"asset": soon.asset}]) == {{
		"path": ["spec", "file"],
		"message": "support of asset \"soon\" ends on 2026-03-21, within P10D",
		"hint": "plan its replacement now",
	}}
}

test_last_second if {
	count(found("2026-03-12T23:59:59Z", "active", {"assets": ["other"]}, [today])) == 1
	count(found("2026-03-13T00:00:00Z", "active", {"assets": ["other"]}, [today])) == 0
}

test_accepted if count(found("2026-03-12T00:00:00Z", "active", {"assets": ["soon"]}, all)) == 0

test_client_has_ended if count(found("2026-03-12T00:00:00Z", "ended", {"assets": ["other"]}, all)) == 0
