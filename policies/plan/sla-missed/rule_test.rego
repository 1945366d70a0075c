package patchops.plan.sla_missed_test

import data.patchops.plan.sla_missed

rules(match) := [{"match": object.union({"severity": "critical"}, match), "within": "P7D", "anchor": "releasedAt", "clock": "calendar"}]

documents(match) := {
	"Client": {"acme": {"acme": {"spec": {"timezone": "Europe/Berlin"}}}},
	"Patch": {"_": {
		"bad": {"spec": {"severity": "critical", "releasedAt": "2026-03-06T09:00:00Z"}},
		"old": {"spec": {"severity": "critical", "releasedAt": "2026-03-05T09:00:00Z"}},
		"meek": {"spec": {"severity": "low", "releasedAt": "2026-03-06T09:00:00Z"}},
		"new": {"spec": {"severity": "critical", "releasedAt": "2026-03-10T09:00:00Z"}},
		"mild": {"spec": {"severity": "low", "releasedAt": "2026-03-06"}},
	}},
	"SLAPolicy": {"_": {"default": {"spec": {"rules": rules(match)}}}},
}

found(spec, match) := result if {
	result := sla_missed.deny with input as {"metadata": {"name": "p", "client": "acme"}, "spec": spec}
		with data.asOf as "2026-03-12T09:00:00Z"
		with data.documents as documents(match)
		with data.assets as {"acme": {"web": {"name": "web"}}}
		with data.targets as {"acme": {"p": [{"client": "acme", "asset": "web"}]}}
}

test_starts_too_late if {
	found({"patches": ["bad", "mild", "meek", "old"], "notBefore": "2026-03-13T09:00:00Z"}, {}) == {{
		"path": ["spec", "notBefore"],
		"message": "patch \"bad\" must be in within P7D of 2026-03-06T09:00:00Z for client \"acme\", the earliest start 2026-03-13T09:00:00Z is not before that",
		"hint": "start earlier",
	}}
}

test_starts_in_time if count(found({"patches": ["bad"], "notBefore": "2026-03-13"}, {})) == 0

test_too_young_until_then if {
	found({"patches": ["bad", "meek", "old"], "minimumAge": "P7D"}, {}) == {{
		"path": ["spec", "minimumAge"],
		"message": "patch \"bad\" must be in within P7D of 2026-03-06T09:00:00Z for client \"acme\", a minimum age of P7D leaves no time",
		"hint": "lower minimumAge, or leave the patch to a normal change",
	}}
}

test_another_patch_is_newer if count(found({"patches": ["bad", "new"], "minimumAge": "P5D"}, {})) == 0

test_old_enough if count(found({"patches": ["bad"], "minimumAge": "P6D"}, {})) == 0

test_late_already if count(found({"patches": ["old"], "minimumAge": "P7D", "notBefore": "2026-03-13T09:00:00Z"}, {})) == 0

test_neither if count(found({"patches": ["bad"]}, {})) == 0

test_some_assets_are_left_to_the_schedule if {
	count(found({"patches": ["bad"], "minimumAge": "P7D"}, {"selector": {"matchLabels": {"name": "web"}}})) == 0
	count(found({"patches": ["bad"], "notBefore": "2026-03-14"}, {"selector": {"matchLabels": {"name": "web"}}})) == 0
}
