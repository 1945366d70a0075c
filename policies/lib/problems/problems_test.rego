package patchops.lib.problems_test

import data.patchops.lib.problems

documents := {
	"Client": {"acme": {"acme": {"spec": {"timezone": "Europe/Berlin"}}}},
	"Problem": {"acme": {"p": {"spec": {"state": "open"}}}, "_": {"p": {"spec": {"state": "closed"}}, "q": {"spec": {"state": "resolved"}}}},
	"RiskAcceptance": {
		"acme": {
			"one": {"spec": {"scope": {"assets": ["b", "a"]}, "approvedAt": "2026-01-01", "expires": "2026-12-31"}},
			"over": {"spec": {"scope": {"assets": ["c"]}, "approvedAt": "2026-01-01", "expires": "2026-01-31"}},
		},
		"beta": {"all": {"spec": {"scope": {"patches": ["x"]}, "approvedAt": "2026-01-01", "expires": "2026-12-31"}}},
	},
}

assets := {"acme": {"a": {"eol": "2026-03-12"}, "b": {}}}

test_solved if {s | some s in ["open", "investigating", "knownError", "resolved", "closed"]; problems.solved({"state": s})} == {"resolved", "closed"}

test_found if {
	problems.found("acme", "p").state == "open" with data.documents as documents
	problems.found("acme", "q").state == "resolved" with data.documents as documents
	problems.found("_", "p").state == "closed" with data.documents as documents
}

test_place if {
	problems.place("acme", "a") == {"client": "acme", "asset": "a"}
	problems.place("_", "beta/a") == {"client": "beta", "asset": "a"}
}

test_unsupported if {
	problems.unsupported({"client": "acme", "asset": "a"}) with data.assets as assets with data.documents as documents with data.asOf as "2026-03-12T23:00:00Z"
	not problems.unsupported({"client": "acme", "asset": "a"}) with data.assets as assets with data.documents as documents with data.asOf as "2026-03-12T22:59:59Z"
	not problems.unsupported({"client": "acme", "asset": "b"}) with data.assets as assets with data.documents as documents with data.asOf as "2026-03-12T23:00:00Z"
}

accepted(client, names) := {name |
	some name in names
	problems.accepted({"client": client, "asset": name}) with data.documents as documents with data.asOf as "2026-03-12T09:00:00Z"
}

test_accepted if {
	accepted("acme", ["a", "b", "c", "d"]) == {"a", "b"}
	accepted("beta", ["a"]) == {"a"}
}
