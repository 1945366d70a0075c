package patchops.estate.no_window_test

import data.patchops.estate.no_window

servers := {"spec": {"selector": {"matchLabels": {"class": "server"}}}}

documents(status, refs) := {
	"Client": {"acme": {"acme": {"spec": {"status": status}}}},
	"ClientAgreement": {"acme": {"a": {"spec": {"effective": "2026-01-01", "windowRefs": refs}}}},
	"MaintenanceWindow": {"acme": {"all": {"spec": {}}, "servers": servers}},
}

assets := {"acme": {
	"web": {"name": "web", "class": "server"},
	"pc": {"name": "pc", "class": "workstation"},
	"odd": {"name": "odd", "class": "server", "windowRefs": ["other"]},
}}

list(spec) := {"metadata": {"name": "l", "client": "acme"}, "spec": spec}

found(status, refs, names) := result if {
	result := no_window.deny with input as list({"assets": [{"name": name} | some name in names]})
		with data.asOf as "2026-03-12T09:00:00Z"
		with data.assets as assets
		with data.documents as documents(status, refs)
}

test_selector_takes_others if {
	found("active", ["servers"], ["web", "pc"]) == {{
		"path": ["spec", "assets", 1, "name"],
		"message": "no window of the agreement opens for asset \"pc\"",
		"hint": "agree on a window for it, or widen the selector of one",
	}}
}

test_a_window_for_all if count(found("active", ["all", "servers"], ["web", "pc"])) == 0

test_own_windows_are_not_agreed if count(found("active", ["all"], ["web", "odd"])) == 1

test_no_windows_at_all_is_another_rule if count(found("active", [], ["pc"])) == 0

test_onboarding if count(found("onboarding", ["servers"], ["pc"])) == 1

test_ended if count(found("ended", ["servers"], ["pc"])) == 0

test_bulk if {
	found := no_window.deny with input as list({"file": "x.csv"})
		with data.asOf as "2026-03-12T09:00:00Z"
		with data.assets as assets
		with data.documents as documents("active", ["servers"])
	found == {
		{
			"path": ["spec", "file"],
			"message": "no window of the agreement opens for asset \"pc\"",
			"hint": "agree on a window for it, or widen the selector of one",
		},
		{
			"path": ["spec", "file"],
			"message": "no window of the agreement opens for asset \"odd\"",
			"hint": "agree on a window for it, or widen the selector of one",
		},
	}
}
