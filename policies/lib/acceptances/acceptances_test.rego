package patchops.lib.acceptances_test

import data.patchops.lib.acceptances

accepted(rest) := {"spec": object.union({"scope": {"assets": ["a"]}, "approvedAt": "2026-01-01", "expires": "2026-12-31"}, rest)}

documents := {
	"Client": {"acme": {"acme": {"spec": {"timezone": "Europe/Berlin"}}}},
	"RiskAcceptance": {"acme": {
		"live": accepted({}),
		"last": accepted({"approvedAt": "2026-03-12", "expires": "2026-03-12", "scope": {"assets": ["b", "c"]}}),
		"over": accepted({"expires": "2026-03-11", "scope": {"assets": ["d"]}}),
		"next": accepted({"approvedAt": "2026-03-13", "scope": {"assets": ["e"]}}),
		"patch": accepted({"scope": {"assets": ["f"], "patches": ["p"]}}),
		"cve": accepted({"scope": {"assets": ["g"], "cves": ["CVE-2026-1000"]}}),
		"finding": accepted({"scope": {"assets": ["h"], "findings": ["estate/eol"]}}),
	}},
}

test_live if acceptances.live("acme") == {"live", "last", "patch", "cve", "finding"} with data.documents as documents with data.asOf as "2026-03-12T09:00:00Z"

test_live_in_the_clients_zone if acceptances.live("acme") == {"live", "next", "patch", "cve", "finding"} with data.documents as documents with data.asOf as "2026-03-12T23:00:00Z"

test_assets if acceptances.assets("acme") == {"a", "b", "c"} with data.documents as documents with data.asOf as "2026-03-12T09:00:00Z"

test_none if acceptances.assets("none") == set() with data.documents as documents with data.asOf as "2026-03-12T09:00:00Z"
