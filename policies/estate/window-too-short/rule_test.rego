package patchops.estate.window_too_short_test

import data.patchops.estate.window_too_short

profile(install) := {"spec": {"estimate": {"install": install, "reboot": "PT9H", "postcheck": "PT10M", "recoveryReserve": "PT20M"}}}

documents(status) := {
	"Client": {"acme": {"acme": {"spec": {"status": status}}}},
	"ClientAgreement": {"acme": {"a": {"spec": {"effective": "2026-01-01", "windowRefs": ["hour", "half", "long", "night"]}}}},
	"MaintenanceWindow": {"acme": {
		"hour": {"spec": {"duration": "PT1H"}},
		"half": {"spec": {"duration": "PT30M"}},
		"long": {"spec": {"duration": "PT6H"}},
		"night": {"spec": {"end": "04:00"}},
	}},
	"ExecutorProfile": {"_": {"fits": profile("PT30M"), "over": profile("PT30M1S"), "slow": profile("PT5H30M1S"), "quick": profile("PT0S")}},
}

found(status, items) := result if {
	result := window_too_short.deny with input as {"metadata": {"name": "l", "client": "acme"}}
		with data.asOf as "2026-03-12T09:00:00Z"
		with data.listed as {"acme": {"l": items}}
		with data.documents as documents(status)
}

asset(name, with_profile, open) := {"asset": {"name": name, "profile": with_profile}, "index": 7, "windows": open}

test_too_short if {
	found("active", [asset("bad", "over", ["half", "hour"])]) == {{
		"path": ["spec", "assets", 7, "name"],
		"message": "a session on asset \"bad\" takes 61 minutes, its longest window is open for 60",
		"hint": "agree on a longer window, or correct the estimate of the profile",
	}}
}

test_bulk if {
	found("active", [{"asset": {"name": "bad", "profile": "over"}, "windows": ["hour"]}]) == {{
		"path": ["spec", "file"],
		"message": "a session on asset \"bad\" takes 61 minutes, its longest window is open for 60",
		"hint": "agree on a longer window, or correct the estimate of the profile",
	}}
}

test_exactly_as_long if {
	count(found("active", [asset("ok", "fits", ["half", "hour"])])) == 0
	count(found("active", [asset("ok", "quick", ["half"])])) == 0
}

test_longest_of_all if count(found("active", [asset("slow", "slow", ["long"])])) == 1

test_one_long_window if count(found("active", [asset("big", "over", ["half", "long"])])) == 0

test_own_estimate if count(found("active", [{"asset": {"name": "own", "profile": "over", "estimate": {"install": "PT5M"}}, "index": 0, "windows": ["hour"]}])) == 0

test_no_window_is_another_rule if count(found("active", [asset("none", "over", [])])) == 0

test_a_window_by_the_wall_clock if count(found("active", [asset("bad", "over", ["half", "night"])])) == 0

test_ended if count(found("ended", [asset("bad", "over", ["half"])])) == 0
