package patchops.plan.sla_deadline_test

import data.patchops.plan.sla_deadline

documents := {
	"Client": {"acme": {"acme": {"spec": {"timezone": "Europe/Berlin"}}}},
	"Patch": {"_": {
		"bad": {"spec": {"severity": "critical", "releasedAt": "2026-03-06"}},
		"old": {"spec": {"severity": "critical", "releasedAt": "2026-03-05T09:00:00Z"}},
		"mild": {"spec": {"severity": "low", "releasedAt": "2026-03-06"}},
	}},
	"SLAPolicy": {"_": {"default": {"spec": {"rules": [{"match": {"severity": "critical"}, "within": "P7D", "anchor": "releasedAt", "clock": "calendar"}]}}}},
}

with_selector := object.union(documents, {"SLAPolicy": {"_": {"default": {"spec": {"rules": [{"match": {"severity": "critical", "selector": {"matchLabels": {"env": "prod"}}}, "within": "P7D", "anchor": "releasedAt", "clock": "calendar"}]}}}}})

assets := {"acme": {"web": {"name": "web", "env": "prod"}, "test": {"name": "test", "env": "test"}}, "beta": {"web": {"name": "web", "env": "prod"}}}

found(spec, given, names) := result if {
	result := sla_deadline.deny with input as {"metadata": {"name": "p", "client": "acme"}, "spec": spec}
		with data.asOf as "2026-03-12T09:00:00Z"
		with data.documents as given
		with data.assets as assets
		with data.targets as {"acme": {"p": [{"client": "acme", "asset": name} | some name in names]}}
}

test_later if {
	found({"patches": ["bad", "mild", "old"], "deadline": "2026-03-13T00:00:01Z"}, documents, ["web"]) == {{
		"path": ["spec", "deadline"],
		"message": "patch \"bad\" must be in within P7D of 2026-03-06 for client \"acme\", the deadline 2026-03-13T00:00:01Z is later",
		"hint": "move the deadline forward",
	}}
}

test_in_time if count(found({"patches": ["bad"], "deadline": "2026-03-13T00:00:00Z"}, documents, ["web"])) == 0

test_late_already if count(found({"patches": ["old"], "deadline": "2026-03-20"}, documents, ["web"])) == 0

test_assets_of_the_rule if {
	count(found({"patches": ["bad"], "deadline": "2026-03-20"}, with_selector, ["web"])) == 1
	count(found({"patches": ["bad"], "deadline": "2026-03-20"}, with_selector, ["test"])) == 0
}

test_assets_of_another_client if {
	found := sla_deadline.deny with input as {"metadata": {"name": "p"}, "spec": {"patches": ["bad"], "deadline": "2026-03-20"}}
		with data.asOf as "2026-03-12T09:00:00Z"
		with data.documents as with_selector
		with data.assets as assets
		with data.targets as {"_": {"p": [{"client": "acme", "asset": "test"}, {"client": "beta", "asset": "web"}]}}
	{f.message | some f in found} == {"patch \"bad\" must be in within P7D of 2026-03-06 for client \"beta\", the deadline 2026-03-20 is later"}
}

test_no_targets if count(found({"patches": ["bad"], "deadline": "2026-03-20"}, documents, [])) == 0
