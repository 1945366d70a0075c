package patchops.plan.soak_skips_window_test

import data.patchops.plan.soak_skips_window

documents(soak) := {"PatchPlan": {"acme": {"p": {"spec": {"waves": [{"soak": soak}, {"soak": "PT1H"}]}}}}, "MaintenanceWindow": {"acme": {
	"nightly": {"spec": {"start": "2026-01-03T22:00", "recurrence": "FREQ=DAILY", "duration": "PT2H"}},
	"weekly": {"spec": {"start": "2026-01-03T22:00", "recurrence": "FREQ=WEEKLY;BYDAY=SA", "duration": "PT2H"}},
}}}

wave(name, opens, start) := {"name": name, "gateOpens": opens, "plannedStart": start}

placement(name, day, window, code) := {
	"asset": name, "wave": name, "window": window, "occurrence": $"2026-03-{day}T21:00:00Z", "start": $"2026-03-{day}T21:00:00Z",
	"rejected": [{"code": "NOTICE_LEAD"}, {"code": code}],
}

found(opens, window, code) := soaking("P2D", opens, window, code)

soaking(soak, opens, window, code) := result if {
	result := soak_skips_window.deny with input as {
		"client": "acme", "plan": "p",
		"waves": [wave("canary", "2026-03-13T22:00:00Z", "2026-03-14T21:00:00Z"), wave("rest", opens, "2026-03-15T21:00:00Z")],
		"placements": [placement("canary", 14, "nightly", "WAVE_GATE"), placement("rest", 15, window, code), placement("rest", 16, "weekly", "FREEZE")],
	}
		with data.documents as documents(soak)
}

test_in_the_middle if {
	found("2026-03-14T22:40:00Z", "nightly", "WAVE_GATE") == {{
		"path": ["waves", 1, "gateOpens"],
		"message": "wave \"rest\" of client \"acme\" may begin P2D after wave \"canary\", at 2026-03-14T22:40:00Z, too late within window \"nightly\", and waits until 2026-03-15T21:00:00Z",
		"hint": "shorten the soak, so that it ends before the window opens",
	}}
}

test_before_it_opens if {
	count(found("2026-03-14T21:00:00Z", "nightly", "WAVE_GATE")) == 0
	count(found("2026-03-14T21:00:01Z", "nightly", "WAVE_GATE")) == 1
}

test_after_it_closed if {
	count(found("2026-03-14T22:59:59Z", "nightly", "WAVE_GATE")) == 1
	count(found("2026-03-14T23:00:00Z", "nightly", "WAVE_GATE")) == 0
}

test_not_every_day if count(found("2026-03-14T22:40:00Z", "weekly", "WAVE_GATE")) == 0

test_another_reason if count(found("2026-03-14T22:40:00Z", "nightly", "FREEZE")) == 0

test_no_whole_days if {
	count(soaking("PT47H", "2026-03-14T22:40:00Z", "nightly", "WAVE_GATE")) == 0
	count(soaking("PT24H", "2026-03-14T22:40:00Z", "nightly", "WAVE_GATE")) == 1
}
