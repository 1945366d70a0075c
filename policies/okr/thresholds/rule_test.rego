package patchops.okr.thresholds_test

import data.patchops.okr.thresholds

found(direction, risk, off) := result if {
	result := thresholds.deny with input as {"spec": {"keyResults": [
		{"id": "KR1", "direction": "up", "thresholds": {"atRisk": 5, "offTrack": 15}},
		{"id": "KR2", "direction": direction, "thresholds": {"atRisk": risk, "offTrack": off}},
	]}}
}

test_order if {
	found("down", 20, 20) == {{
		"path": ["spec", "keyResults", 1, "thresholds", "offTrack"],
		"message": "key result KR2 is at risk beyond 20 % but off track beyond 20 %, more is wanted",
		"hint": "set offTrack above atRisk",
	}}
	count(found("up", 20, 21)) == 0
}

test_never if {
	found("up", 20, 100) == {{
		"path": ["spec", "keyResults", 1, "thresholds", "offTrack"],
		"message": "key result KR2 is to rise, so it cannot miss its target by more than 100 %: it is never off track",
		"hint": "set offTrack below 100",
	}}
	count(found("up", 20, 99)) == 0
	count(found("down", 20, 100)) == 0
}
