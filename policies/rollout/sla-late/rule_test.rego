package patchops.rollout.sla_late_test

import data.patchops.rollout.sla_late

placement(asset, start, code) := {
	"asset": asset, "window": "nightly", "start": start, "end": "2026-03-17T23:00:00Z", "due": "2026-03-17T17:00:00Z", "binding": code,
	"rejected": [{"code": code, "start": "2026-03-16T21:00:00Z"}],
}

found(placements) := result if {
	result := sla_late.deny with input as {"client": "acme", "plan": "p", "placements": placements} with data.asOf as "2026-03-12T09:00:00Z"
}

test_told_once if {
	found([placement("a", "2026-03-17T21:00:00Z", "MIN_AGE"), placement("b", "2026-03-17T22:00:00Z", "NOTICE_LEAD"), placement("c", "2026-03-17T22:30:00Z", "FREEZE")]) == {{
		"path": ["slaBreaches"],
		"message": "b, c of client \"acme\" end after they are due: b is due at 2026-03-17T17:00:00Z and ends at 2026-03-17T23:00:00Z in window \"nightly\", not earlier by NOTICE_LEAD",
		"hint": "agree on an earlier window or have the risk accepted: patchops explain asset acme/b",
	}}
}

test_nothing_binds if {
	some finding in found([object.remove(placement("a", "2026-03-17T21:00:00Z", "FREEZE"), ["binding"])])
	endswith(finding.message, "not earlier by its windows")
}

test_the_plan if count(found([placement("a", "2026-03-17T21:00:00Z", "MIN_AGE")])) == 0

test_on_time if count(found([object.union(placement("a", "2026-03-17T21:00:00Z", "FREEZE"), {"due": "2026-03-18T17:00:00Z"})])) == 0
