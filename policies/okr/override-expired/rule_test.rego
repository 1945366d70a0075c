package patchops.okr.override_expired_test

import data.patchops.okr.override_expired

found(results) := result if {
	result := override_expired.deny with input as {"spec": {"keyResults": results}} with data.asOf as "2026-03-12T00:00:00Z"
}

test_expired if {
	found([{"id": "KR1"}, {"id": "KR2", "override": {"status": "onTrack", "expires": "2026-03-11"}}]) == {{
		"path": ["spec", "keyResults", 1, "override", "expires"],
		"message": "the status \"onTrack\" of key result KR2 was set by hand until 2026-03-11 and counts no more",
		"hint": "delete the override, or give a reason why it still holds",
	}}
}

test_last_day if count(found([{"id": "KR1", "override": {"status": "onTrack", "expires": "2026-03-12"}}])) == 0

test_none if count(found([{"id": "KR1"}])) == 0
