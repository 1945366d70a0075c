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

due_documents := {
	"Client": {"acme": {"acme": {"spec": {"timezone": "Europe/Berlin"}}}},
	"Patch": {"_": {
		"bad": {"spec": {"severity": "critical", "releasedAt": "2026-03-06"}},
		"old": {"spec": {"severity": "critical", "releasedAt": "2026-03-05T09:00:00Z"}},
		"mild": {"spec": {"severity": "low", "releasedAt": "2026-03-06"}},
	}},
	"SLAPolicy": {
		"_": {"default": {"spec": {"rules": [soon]}}},
		"beta": {"default": {"spec": {"rules": [prod]}}},
	},
}

soon := {"match": {"severity": "critical"}, "within": "P7D", "anchor": "releasedAt", "clock": "calendar"}

prod := {"match": {"severity": "critical", "selector": {"matchLabels": {"env": "prod"}}}, "within": "P7D", "anchor": "releasedAt", "clock": "calendar"}

due(selected) := found if {
	found := plans.due(over({"patches": ["bad", "old", "mild"]})) with data.documents as due_documents
		with data.asOf as "2026-03-12T09:00:00Z"
		with data.assets as {"acme": {"web": {"name": "web"}, "db": {"name": "db", "env": "prod"}}, "beta": {"web": {"name": "web", "env": "test"}, "db": {"name": "db", "env": "prod"}}}
		with data.targets as {"_": {"p": selected}}
}

test_due_is_still_to_come if due([{"client": "acme", "asset": "web"}]) == [["acme", soon, "bad", "2026-03-06", time.parse_rfc3339_ns("2026-03-13T00:00:00Z")]]

test_due_for_some_assets if {
	count(due([{"client": "beta", "asset": "web"}])) == 0
	count(due([{"client": "beta", "asset": "db"}])) == 1
	{d[0] | some d in due([{"client": "beta", "asset": "web"}, {"client": "acme", "asset": "db"}])} == {"acme"}
}

test_due_for_nobody if count(due([])) == 0

test_due_now_is_over if {
	found := plans.due(over({"patches": ["bad"]})) with data.documents as due_documents
		with data.asOf as "2026-03-13T00:00:00Z"
		with data.targets as {"_": {"p": [{"client": "acme", "asset": "web"}]}}
	found == []
}
