package patchops.lib.rollouts_test

import data.patchops.lib.rollouts

documents := {
	"Client": {"acme": {"acme": {"spec": {"timezone": "Europe/Berlin"}}}},
	"PatchPlan": {
		"acme": {"own": {"metadata": {"name": "own", "client": "acme"}, "spec": {"deadline": "2026-03-20"}}},
		"_": {
			"own": {"metadata": {"name": "own"}, "spec": {"deadline": "2026-01-01"}},
			"all": {"metadata": {"name": "all"}, "spec": {"deadline": "2026-03-12T09:00:00Z"}},
		},
	},
}

plan(name) := found if {
	found := rollouts.plan({"client": "acme", "plan": name}) with data.documents as documents
}

test_plan if {
	plan("own").spec.deadline == "2026-03-20"
	plan("all").metadata == {"name": "all"}
	not plan("none")
}

open_at(name, at) if rollouts.open({"client": "acme", "plan": name}) with data.documents as documents with data.asOf as at

test_open if {
	open_at("own", "2026-03-20T22:59:59Z")
	not open_at("own", "2026-03-20T23:00:00Z")
	open_at("all", "2026-03-12T08:59:59Z")
	not open_at("all", "2026-03-12T09:00:00Z")
}

sessions := [{"asset": "a", "code": "DEADLINE", "tried": []}, {"asset": "b", "code": "FREEZE", "by": "Freeze/_/q1", "tried": []}, {"asset": "c", "code": "DEADLINE", "tried": []}]

entry(code) := {"code": code, "by": $"by {code}"}

why(code, codes) := rollouts.why({"code": code, "by": "own", "tried": [entry(c) | some c in codes]}).code

test_why if {
	why("DEADLINE", ["NOTICE_LEAD", "FREEZE", "DEADLINE"]) == "FREEZE"
	why("DEADLINE", ["NOTICE_LEAD", "DEADLINE", "WINDOW_TOO_SHORT"]) == "NOTICE_LEAD"
	why("DEADLINE", ["DEADLINE"]) == "DEADLINE"
	why("CAPACITY", ["NOTICE_LEAD", "CAPACITY"]) == "CAPACITY"
	every code in ["AGREEMENT_NOT_IN_FORCE", "VENDOR_SUPPORT", "FREEZE", "NOT_BEFORE", "MIN_AGE", "NOTICE_LEAD"] {
		why("DEADLINE", [code, "DEADLINE"]) == code
	}
}

unplaced(name, code) := found if {
	found := rollouts.unplaced({"client": "acme", "plan": name, "unplaced": sessions}, code) with data.documents as documents with data.asOf as "2026-03-12T09:00:00Z"
}

test_unplaced if {
	unplaced("own", "DEADLINE") == [0, 2]
	unplaced("own", "FREEZE") == [1]
	unplaced("own", "HORIZON") == []
	unplaced("all", "DEADLINE") == []
}

letters := [{"asset": letter} | some letter in ["a", "b", "c", "d", "e"]]

test_named if {
	rollouts.named(letters, [1]) == "b"
	rollouts.named(letters, [0, 2, 4]) == "a, c, e"
	rollouts.named(letters, [1, 2, 3, 4]) == "b, c, d and 1 more"
	rollouts.named(letters, [0, 1, 2, 3, 4]) == "a, b, c and 2 more"
}

test_because if {
	rollouts.because(sessions[1]) == "Freeze/_/q1"
	rollouts.because(sessions[0]) == "its windows"
	rollouts.because({"code": "DEADLINE", "by": "PatchPlan/acme/p", "tried": [entry("FREEZE")]}) == "by FREEZE"
}

test_tried if {
	entries := [{"window": "nightly", "start": "2026-03-13T21:00:00Z", "count": 3}, {"window": "sunday", "start": "2026-03-15T05:00:00Z", "count": 1}]
	rollouts.tried({"tried": entries}) == "4 occurrences, the first at 2026-03-13T21:00:00Z in window \"nightly\""
	rollouts.tried({"tried": array.slice(entries, 1, 2)}) == "1 occurrence at 2026-03-15T05:00:00Z in window \"sunday\""
	rollouts.tried({"tried": [object.union(entries[0], {"count": 2})]}) == "2 occurrences, the first at 2026-03-13T21:00:00Z in window \"nightly\""
	rollouts.tried({"tried": []}) == "no occurrence"
}

test_remedy if {
	told := [{"asset": "a"}, {"asset": "b", "counterfactual": {"text": "extend window nightly by PT15M"}}, {"asset": "c", "counterfactual": {"text": "other"}}]
	rollouts.remedy({"client": "acme", "unplaced": told}, [0, 1, 2]) == "extend window nightly by PT15M"
	rollouts.remedy({"client": "acme", "unplaced": told}, [2]) == "other"
	same := array.concat([{"asset": "d", "sameAs": "c"}], told)
	rollouts.remedy({"client": "acme", "unplaced": same}, [0, 1]) == "other"
	rollouts.remedy({"client": "acme", "unplaced": told}, [0]) == "see what keeps it out: patchops explain asset acme/a"
}

placed(end, due) := {"end": end, "due": due}

test_late if {
	placements := [
		placed("2026-03-17T17:00:01Z", "2026-03-17T17:00:00Z"), placed("2026-03-17T17:00:00Z", "2026-03-17T17:00:00Z"),
		{"end": "2026-03-18T17:00:00Z"}, placed("2026-03-17T17:00:00Z", "2026-03-12T09:00:00Z"), placed("2026-03-17T17:00:00Z", "2026-03-12T09:00:01Z"),
	]
	rollouts.late({"placements": placements}) == [0, 4] with data.asOf as "2026-03-12T09:00:00Z"
}

rejected(code, start) := {"due": "2026-03-17T17:00:00Z", "rejected": [{"code": "NOTICE_LEAD", "start": "2026-03-12T21:00:00Z"}, {"code": code, "start": start}]}

test_held if {
	{code | some code in ["NOT_BEFORE", "MIN_AGE", "WAVE_GATE", "DEADLINE", "FREEZE"]; rollouts.held(rejected(code, "2026-03-17T16:59:00Z"))} == {"NOT_BEFORE", "MIN_AGE", "WAVE_GATE"}
	not rollouts.held(rejected("MIN_AGE", "2026-03-17T17:00:00Z"))
	not rollouts.held({"due": "2026-03-17T17:00:00Z", "rejected": []})
}

freezes := {"_": {"q1": {"spec": {"override": {"approvalRuleRef": "incident"}}}, "q2": {"spec": {"reason": "closing"}}}}

liftable(by) := found if {
	found := rollouts.liftable({"code": "FREEZE", "by": by, "tried": []}) with data.documents.Freeze as freezes
}

test_liftable if {
	liftable("Freeze/_/q1") == "incident"
	not liftable("Freeze/_/q2")
	not liftable("Freeze/_/q3")
	not liftable("MaintenanceWindow/_/q1")
}
