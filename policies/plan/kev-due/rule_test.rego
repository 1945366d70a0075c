package patchops.plan.kev_due_test

import data.patchops.plan.kev_due

documents := {"Patch": {"_": {
	"bad": {"spec": {"kev": {"addedAt": "2026-03-01", "dueAt": "2026-03-15"}}},
	"past": {"spec": {"kev": {"addedAt": "2026-03-01", "dueAt": "2026-03-11"}}},
	"open": {"spec": {"kev": {"addedAt": "2026-03-01"}}},
	"mild": {"spec": {"severity": "low"}},
}}}

found(deadline) := result if {
	result := kev_due.deny with input as {"metadata": {"name": "p"}, "spec": {"patches": ["bad", "past", "open", "mild"], "deadline": deadline}}
		with data.asOf as "2026-03-12T09:00:00Z"
		with data.documents as documents
}

test_later if {
	found("2026-03-16") == {{
		"path": ["spec", "deadline"],
		"message": "patch \"bad\" is listed as exploited and due on 2026-03-15, the deadline 2026-03-16 is later",
		"hint": "move the deadline forward",
	}}
}

test_in_time if count(found("2026-03-15")) == 0
