package patchops.estate.window_too_short_test

import data.patchops.estate.window_too_short

profile(install) := {"spec": {"estimate": {"install": install, "reboot": "PT9H", "postcheck": "PT10M", "recoveryReserve": "PT20M"}}}

documents(status, refs) := {
	"Client": {"acme": {"acme": {"spec": {"status": status}}}},
	"ClientAgreement": {"acme": {"a": {"spec": {"effective": "2026-01-01", "windowRefs": refs}}}},
	"MaintenanceWindow": {"acme": {
		"hour": {"spec": {"duration": "PT1H"}},
		"half": {"spec": {"duration": "PT30M"}},
		"long": {"spec": {"duration": "PT6H", "selector": {"matchLabels": {"name": "big"}}}},
		"night": {"spec": {"end": "04:00"}},
	}},
	"ExecutorProfile": {"_": {"fits": profile("PT30M"), "over": profile("PT30M1S")}},
}

assets := {"acme": {
	"ok": {"name": "ok", "profile": "fits"},
	"bad": {"name": "bad", "profile": "over"},
	"big": {"name": "big", "profile": "over"},
	"own": {"name": "own", "profile": "over", "estimate": {"install": "PT5M"}},
	"none": {"name": "none", "profile": "over", "windowRefs": []},
}}

found(status, refs, spec) := result if {
	result := window_too_short.deny with input as {"metadata": {"name": "l", "client": "acme"}, "spec": spec}
		with data.asOf as "2026-03-12T09:00:00Z"
		with data.assets as assets
		with data.documents as documents(status, refs)
}

all := {"assets": [{"name": name} | some name in ["ok", "bad", "big", "own", "none"]]}

test_too_short if {
	found("active", ["half", "hour", "long"], all) == {{
		"path": ["spec", "assets", 1, "name"],
		"message": "a session on asset \"bad\" takes 61 minutes, its longest window is open for 60",
		"hint": "agree on a longer window, or correct the estimate of the profile",
	}}
}

test_bulk if {
	found("active", ["half", "hour", "long"], {"file": "x.csv"}) == {{
		"path": ["spec", "file"],
		"message": "a session on asset \"bad\" takes 61 minutes, its longest window is open for 60",
		"hint": "agree on a longer window, or correct the estimate of the profile",
	}}
}

test_one_window if count(found("active", ["hour"], {"assets": [{"name": "bad"}]})) == 1

test_a_window_by_the_wall_clock if count(found("active", ["half", "night"], all)) == 0

test_every_window_is_long if count(found("active", ["hour"], {"assets": [{"name": "ok"}]})) == 0

test_ended if count(found("ended", ["hour"], all)) == 0
