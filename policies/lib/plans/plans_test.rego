package patchops.lib.plans_test

import data.patchops.lib.plans

documents := {
	"Client": {"acme": {"acme": {"spec": {"timezone": "Europe/Berlin", "complianceScopes": ["pci-dss"]}}}},
	"Bundle": {"_": {"march": {"spec": {"patches": ["b", "c"]}}, "more": {"spec": {"patches": ["b"]}}}},
	"Patch": {"_": {
		"a": {"spec": {"severity": "low", "releasedAt": "2026-03-01"}},
		"b": {"spec": {"severity": "high", "releasedAt": "2026-03-02"}},
		"d": {"spec": {"severity": "none", "releasedAt": "2026-03-01", "kev": {"addedAt": "2026-03-01T00:00:00Z"}}},
	}},
	"TestEvidence": {"acme": {"t": {"spec": {"result": "pass"}}}, "_": {"t": {"spec": {"result": "fail"}}, "g": {"spec": {"result": "inconclusive"}}}},
}

targets := {
	"acme": {"p": [{"client": "acme", "asset": "web"}]},
	"_": {"p": [{"client": "acme", "asset": "web"}, {"client": "beta", "asset": "db"}, {"client": "beta", "asset": "app"}]},
}

own(spec) := {"metadata": {"name": "p", "client": "acme"}, "spec": spec}

over(spec) := {"metadata": {"name": "p"}, "spec": spec}

test_targets if {
	count(plans.targets(own({}))) == 1 with data.targets as targets
	count(plans.targets(over({}))) == 3 with data.targets as targets
	plans.served(own({})) == {"acme"} with data.targets as targets
	plans.sizes(own({})) == {"acme": 1} with data.targets as targets
	plans.served(own({})) == set() with data.targets as {"acme": {"p": []}}
	plans.sizes(own({})) == {} with data.targets as {"acme": {"p": []}}
	plans.served(over({})) == {"acme", "beta"} with data.targets as targets
	plans.sizes(over({})) == {"acme": 1, "beta": 2} with data.targets as targets
}

test_deadline_in_the_clients_zone if {
	plans.deadline(own({"deadline": "2026-03-12"})) == time.parse_rfc3339_ns("2026-03-12T23:00:00Z") with data.documents as documents
	plans.deadline(over({"deadline": "2026-03-12"})) == time.parse_rfc3339_ns("2026-03-13T00:00:00Z") with data.documents as documents
}

mixed := own({"patches": ["a", {"package": "x", "severity": "low"}], "bundles": ["none", "march"]})

test_named if {
	plans.named(mixed) == {"a", "b", "c"} with data.documents as documents
	plans.named(own({})) == set() with data.documents as documents
}

test_patches if {
	plans.patches(mixed) == {"a": documents.Patch._.a.spec, "b": documents.Patch._.b.spec} with data.documents as documents
	plans.patches(own({})) == {} with data.documents as documents
}

test_places if {
	plans.places(mixed, "a") == {["patches", 0]} with data.documents as documents
	plans.places(mixed, "b") == {["bundles", 1]} with data.documents as documents
	plans.places(own({"patches": ["a", "b"], "bundles": ["march", "more"]}), "b") == {["patches", 1], ["bundles", 0], ["bundles", 1]} with data.documents as documents
	plans.places(mixed, "x") == set() with data.documents as documents
}

test_released if {
	plans.released(own({"patches": ["a", "d"], "bundles": ["march"]})) == {"2026-03-01": first, "2026-03-02": first + day} with data.documents as documents
	plans.released(own({"bundles": ["none"]})) == {} with data.documents as documents
	plans.anchors(own({"patches": ["a", "d"]})) == {"releasedAt": {"2026-03-01": first}, "kevAdded": {"2026-03-01T00:00:00Z": first}} with data.documents as documents
}

test_since if {
	plans.since(own({"patches": ["a", "b", "d"]}), "releasedAt", "2026-03-01") == {"a", "d"} with data.documents as documents
	plans.since(own({"patches": ["a", "b", "d"]}), "kevAdded", "2026-03-01T00:00:00Z") == {"d"} with data.documents as documents
	plans.since(own({"patches": ["a"]}), "kevAdded", "2026-03-01") == set() with data.documents as documents
}

first := time.parse_rfc3339_ns("2026-03-01T00:00:00Z")

day := ((24 * 60) * 60) * 1000000000

test_scopes if {
	assets := {"acme": {"web": {"complianceScopes": ["hipaa"]}}, "beta": {"db": {"complianceScopes": ["gdpr"]}, "app": {"tier": 1}}}
	plans.scopes(over({})) == {"pci-dss", "hipaa", "gdpr"} with data.documents as documents with data.targets as targets with data.assets as assets
	plans.scopes(own({})) == {"pci-dss", "hipaa"} with data.documents as documents with data.targets as targets with data.assets as assets
	plans.scopes(own({})) == set() with data.documents as documents with data.targets as {} with data.assets as assets
}

test_rank if plans.rank == {"none": 0, "low": 1, "medium": 2, "high": 3, "critical": 4}

test_worst if {
	plans.worst(own({"patches": ["a"], "bundles": ["march"]})) == 3 with data.documents as documents
	plans.worst(own({"patches": ["a", {"severity": "critical"}]})) == 4 with data.documents as documents
	plans.worst(own({"patches": ["a", {"severity": "medium"}]})) == 2 with data.documents as documents
	plans.worst(own({"patches": ["a"]})) == 1 with data.documents as documents
	plans.worst(own({"patches": [{"severity": "none"}]})) == 0 with data.documents as documents
	plans.worst(own({})) == 0 with data.documents as documents
}

test_evidence if {
	plans.evidence(own({}), "t").result == "pass" with data.documents as documents
	plans.evidence(over({}), "t").result == "fail" with data.documents as documents
	plans.evidence(own({}), "g").result == "inconclusive" with data.documents as documents
	not plans.evidence(own({}), "none") with data.documents as documents
}
