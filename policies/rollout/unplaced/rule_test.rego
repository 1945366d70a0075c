package patchops.rollout.unplaced_test

import data.patchops.rollout.unplaced

documents := {
	"Client": {"acme": {"acme": {"spec": {"timezone": "Europe/Berlin"}}}},
	"PatchPlan": {"acme": {"p": {"metadata": {"name": "p", "client": "acme"}, "spec": {"deadline": "2026-03-31"}}}},
}

session(asset, code) := {"asset": asset, "code": code, "by": "x", "tried": []}

found(sessions) := result if {
	result := unplaced.deny with input as {"client": "acme", "plan": "p", "unplaced": sessions}
		with data.asOf as "2026-03-12T09:00:00Z"
		with data.documents as documents
		with data.listed as {"acme": {"all": [{"asset": {"name": "a"}, "windows": []}, {"asset": {"name": "b"}, "windows": ["nightly"]}]}}
}

test_one_for_each_reason if {
	found([session("a", "DEADLINE"), session("b", "HORIZON"), session("c", "DEADLINE")]) == {
		{
			"path": ["unplaced", 0],
			"message": "a, c of client \"acme\" cannot be placed, no window opens before the deadline (x)",
			"hint": "see what keeps it out: patchops explain asset acme/a",
		},
		{
			"path": ["unplaced", 1],
			"message": "b of client \"acme\" cannot be placed, its next window lies beyond the horizon (x)",
			"hint": "see what keeps it out: patchops explain asset acme/b",
		},
	}
}

test_cause_and_occurrences if {
	tried := [{"window": "nightly", "start": "2026-03-13T21:00:00Z", "code": "WAVE_GATE", "by": "wave canary", "count": 3}]
	messages := {finding.message | some finding in found([
		object.union(session("a", "WAVE_GATE"), {"by": "no wave"}),
		object.union(session("b", "DEADLINE"), {"by": "wave canary", "tried": tried}),
	])}
	messages == {
		"a of client \"acme\" cannot be placed, no wave of the plan takes it",
		"b of client \"acme\" cannot be placed, no window opens before the deadline (wave canary): 3 occurrences, the first at 2026-03-13T21:00:00Z in window \"nightly\"",
	}
}

test_reasons_of_others if {
	every code in ["WINDOW_TOO_SHORT", "FREEZE", "NOTICE_LEAD", "CAPACITY", "TECHNICIAN", "RELAY_CAPACITY", "COST_CAP", "VENDOR_SUPPORT", "AGREEMENT_NOT_IN_FORCE", "EMERGENCY_NOT_AGREED", "CLIENT_NOT_ACTIVE", "VENDOR_REVIEW", "TEST_EVIDENCE"] {
		count(found([session("a", code)])) == 0
	}
}

# Every word of them is told to somebody.
test_reasons if unplaced.reasons == {
	"NOT_BEFORE": "the plan begins too late",
	"MIN_AGE": "its patches are too young until the deadline",
	"DEADLINE": "no window opens before the deadline",
	"WAVE_GATE": "the wave before it is not over before the deadline",
	"DEP_ORDER": "what it depends on is not done before the deadline",
	"DEP_UNPLACED": "what it waits for has no place",
	"HA_PEER_DOWN": "other members of its group are down",
	"HA_CONFLICT": "too many members of its group would be down at once",
	"EXCLUSIVE": "another plan works on it",
	"HORIZON": "its next window lies beyond the horizon",
	"NOT_APPROVED": "its approval is missing",
	"HELD": "somebody holds it",
	"RELAY_UNHEALTHY": "its relay is not healthy",
	"AGENT_STALE": "its agent was not heard of",
	"PENDING_REBOOT": "it waits for a reboot",
	"MISSED_WINDOW": "it missed its window",
	"CLOCK_SKEW": "its clock is wrong",
	"CREDENTIAL": "it lets nobody in",
}

planned(spec, code) := result if {
	plan := {"metadata": {"name": "p", "client": "acme"}, "spec": object.union({"deadline": "2026-03-31T00:00:00Z", "patches": ["old", "new"]}, spec)}
	result := unplaced.deny with input as {"client": "acme", "plan": "p", "unplaced": [session("a", code)]}
		with data.asOf as "2026-03-12T09:00:00Z"
		with data.documents as {
			"PatchPlan": {"acme": {"p": plan}},
			"Patch": {"_": {"old": {"spec": {"releasedAt": "2026-03-01"}}, "new": {"spec": {"releasedAt": "2026-03-10T00:00:00Z"}}}},
		}
}

test_too_young_is_told_of_the_plan if {
	count(planned({"minimumAge": "P21D"}, "MIN_AGE")) == 0
	count(planned({"minimumAge": "P20D"}, "MIN_AGE")) == 1
	count(planned({"minimumAge": "P21D"}, "DEADLINE")) == 1
}

test_empty_period_is_told_of_the_plan if {
	count(planned({"notBefore": "2026-03-31T00:00:00Z"}, "NOT_BEFORE")) == 0
	count(planned({"notBefore": "2026-03-30T23:59:59Z"}, "NOT_BEFORE")) == 1
	count(planned({"notBefore": "2026-03-31T00:00:00Z"}, "DEADLINE")) == 1
}

test_windows_that_ended if {
	found([session("a", "NO_WINDOW"), session("b", "NO_WINDOW"), session("c", "NO_WINDOW")]) == {{
		"path": ["unplaced", 1],
		"message": "b of client \"acme\" cannot be placed, none of their windows opens any more",
		"hint": "agree on a window that does, or let the rule of one go on",
	}}
	count(found([session("a", "NO_WINDOW")])) == 0
	count(found([session("b", "HELD")])) == 1
}

test_all_placed if count(found([])) == 0
