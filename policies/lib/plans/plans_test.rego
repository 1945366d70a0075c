package patchops.lib.plans_test

import data.patchops.lib.plans

documents := {
	"Client": {"acme": {"acme": {"spec": {"timezone": "Europe/Berlin"}}}},
	"Bundle": {"_": {"march": {"spec": {"patches": ["b", "c"]}}}},
	"Patch": {"_": {"a": {"spec": {"severity": "low"}}, "b": {"spec": {"severity": "high"}}}},
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
	plans.served(over({})) == {"acme", "beta"} with data.targets as targets
	plans.sizes(over({})) == {"acme": 1, "beta": 2} with data.targets as targets
}

test_deadline_in_the_clients_zone if {
	plans.deadline(own({"deadline": "2026-03-12"})) == time.parse_rfc3339_ns("2026-03-12T23:00:00Z") with data.documents as documents
	plans.deadline(over({"deadline": "2026-03-12"})) == time.parse_rfc3339_ns("2026-03-13T00:00:00Z") with data.documents as documents
}

test_patches if {
	plans.named(own({"patches": ["a", {"package": "x", "severity": "low"}, "unknown"], "bundles": ["none", "march"]})) == [
		["patches", 0, "a", {"severity": "low"}],
		["bundles", 1, "b", {"severity": "high"}],
	] with data.documents as documents
	plans.named(own({})) == [] with data.documents as documents
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
