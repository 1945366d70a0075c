package patchops.config.window_open_with_notice_test

import data.patchops.config.window_open_with_notice

documents := {
	"Client": {"gone": {"gone": {"spec": {"status": "ended"}}}, "acme": {"acme": {"spec": {"status": "active"}}}},
	"ClientAgreement": {
		"acme": {"a": {"spec": {"effective": "2026-01-01", "notice": {"lead": "PT1S"}}}},
		"beta": {"b": {"spec": {"effective": "2026-01-01", "notice": {"lead": "PT0S"}}}},
		"gone": {"c": {"spec": {"effective": "2026-01-01", "notice": {"lead": "P3D"}}}},
		"next": {"d": {"spec": {"effective": "2027-01-01", "notice": {"lead": "P3D"}}}},
	},
}

found(merge) := result if {
	result := window_open_with_notice.deny with input as {"metadata": {"name": "patchops"}, "spec": merge}
		with data.asOf as "2026-03-12T09:00:00Z"
		with data.documents as documents
}

test_window_open if {
	found({"merge": {"when": "windowOpen"}}) == {{
		"path": ["spec", "merge", "when"],
		"message": "changes are merged when a window is open, client \"acme\" is told PT1S before that",
		"hint": "set merge.when to approved",
	}}
}

test_approved if {
	count(found({"merge": {"when": "approved"}})) == 0
	count(found({})) == 0
}
