package patchops.estate.no_window_test

import data.patchops.estate.no_window

documents(status, refs) := {
	"Client": {"acme": {"acme": {"spec": {"status": status}}}},
	"ClientAgreement": {"acme": {"a": {"spec": {"effective": "2026-01-01", "windowRefs": refs}}}},
	"MaintenanceWindow": {"acme": {"all": {"spec": {"start": "2026-01-01T22:00"}}}},
}

found(status, refs, items) := result if {
	result := no_window.deny with input as {"metadata": {"name": "l", "client": "acme"}}
		with data.asOf as "2026-03-12T09:00:00Z"
		with data.listed as {"acme": {"l": items, "other": [{"asset": {"name": "x"}, "index": 0, "windows": []}]}}
		with data.documents as documents(status, refs)
}

web := {"asset": {"name": "web"}, "index": 0, "windows": ["all"]}

pc := {"asset": {"name": "pc"}, "index": 1, "windows": []}

test_none if {
	found("active", ["all"], [web, pc]) == {{
		"path": ["spec", "assets", 1, "name"],
		"message": "no window of the agreement opens for asset \"pc\"",
		"hint": "agree on a window for it, or widen the selector of one",
	}}
}

test_bulk if {
	found("active", ["all"], [{"asset": {"name": "row"}, "windows": []}]) == {{
		"path": ["spec", "file"],
		"message": "no window of the agreement opens for asset \"row\"",
		"hint": "agree on a window for it, or widen the selector of one",
	}}
}

test_a_window if count(found("active", ["all"], [web])) == 0

test_no_windows_at_all_is_another_rule if count(found("active", [], [pc])) == 0

test_onboarding if count(found("onboarding", ["all"], [pc])) == 1

test_ended if count(found("ended", ["all"], [pc])) == 0
