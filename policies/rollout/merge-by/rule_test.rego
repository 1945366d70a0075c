package patchops.rollout.merge_by_test

import data.patchops.rollout.merge_by

documents(names) := {"ClientAgreement": {"acme": {"a": {"spec": {"effective": "2026-01-01", "windowRefs": names}}}}, "MaintenanceWindow": {"acme": {
	"weekly": {"spec": {"start": "2026-01-03T22:00", "recurrence": "FREQ=WEEKLY;BYDAY=SA"}},
	"nightly": {"spec": {"start": "2026-01-03T22:00", "recurrence": "FREQ=DAILY"}},
	"twice": {"spec": {"start": "2026-01-03T22:00", "recurrence": "FREQ=WEEKLY;BYDAY=SA,SU"}},
	"monthly": {"spec": {"start": "2026-01-03T22:00", "recurrence": "FREQ=MONTHLY;BYMONTHDAY=3"}},
}}}

found(at, window) := result if {
	result := merge_by.deny with input as {"client": "acme", "plan": "p", "mergeBy": at, "placements": [{"asset": "a", "window": "weekly", "start": "2026-03-14T21:00:00Z"}, {"asset": "b", "window": "twice"}]}
		with data.asOf as "2026-03-12T09:00:00Z"
		with data.documents as documents([window])
}

test_within_a_day if {
	found("2026-03-13T09:00:00Z", "weekly") == {{
		"path": ["mergeBy"],
		"message": "merged after 2026-03-13T09:00:00Z the work of client \"acme\" moves to a later opening: a no longer starts at 2026-03-14T21:00:00Z in window \"weekly\"",
		"hint": "merge before, or send no notice yet",
	}}
	count(found("2026-03-13T09:00:01Z", "weekly")) == 0
	count(found("2026-03-12T08:00:00Z", "weekly")) == 1
}

test_any_window if {
	mixed := documents(["weekly", "nightly"])
	rollout := {"client": "acme", "plan": "p", "mergeBy": "2026-03-13T09:00:00Z", "placements": [{"asset": "a", "window": "weekly"}]}
	count(merge_by.deny) == 0 with input as rollout with data.documents as mixed with data.asOf as "2026-03-12T09:00:00Z"
}

test_windows if {
	{window | some window in ["weekly", "nightly", "twice", "monthly"]; count(found("2026-03-13T09:00:00Z", window)) == 1} == {"weekly", "monthly"}
}

test_parameter if {
	count(found("2026-03-13T09:00:01Z", "weekly")) == 1 with data.parameters as {"rollout/merge-by": {"within": "P2D"}}
}
