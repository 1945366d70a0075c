package patchops.estate.no_window_test

import data.patchops.estate.no_window

documents(status, refs) := {
	"Client": {"acme": {"acme": {"spec": {"status": status}}}},
	"ClientAgreement": {"acme": {"a": {"spec": {"effective": "2026-01-01", "windowRefs": refs}}}},
	"MaintenanceWindow": {"acme": {"servers": {"spec": {"type": "allow"}}}},
}

found(status, refs, items) := result if {
	result := no_window.deny with input as {"metadata": {"name": "l", "client": "acme"}}
		with data.asOf as "2026-03-12T09:00:00Z"
		with data.listed as {"acme": {"l": items}}
		with data.documents as documents(status, refs)
}

web := {"index": 0, "asset": {"name": "web"}, "windows": ["servers"]}

pc := {"index": 1, "asset": {"name": "pc"}, "windows": []}

test_none_opens if {
	found("active", ["servers"], [web, pc]) == {{
		"path": ["spec", "assets", 1, "name"],
		"message": "no window of the agreement opens for asset \"pc\"",
		"hint": "agree on a window for it, or widen the selector of one",
	}}
}

test_one_opens if count(found("active", ["servers"], [web])) == 0

test_no_windows_at_all_is_another_rule if count(found("active", [], [pc])) == 0

test_onboarding if count(found("onboarding", ["servers"], [pc])) == 1

test_ended if count(found("ended", ["servers"], [pc])) == 0

test_bulk if {
	found("active", ["servers"], [object.remove(item, ["index"]) | some item in [web, pc]]) == {{
		"path": ["spec", "file"],
		"message": "no window of the agreement opens for asset \"pc\"",
		"hint": "agree on a window for it, or widen the selector of one",
	}}
}
