package patchops.plan.rehearsal_test

import data.patchops.plan.rehearsal

documents := {"TestEvidence": {"_": {
	"good": {"spec": {"result": "pass", "at": "2026-03-02T09:00:00Z"}},
	"old": {"spec": {"result": "pass", "at": "2026-03-02T08:59:59Z"}},
	"open": {"spec": {"result": "inconclusive", "at": "2026-03-10"}},
}}}

found(snapshot, names, tier) := result if {
	result := rehearsal.deny with input as {"metadata": {"name": "p", "client": "acme"}, "spec": {"snapshot": snapshot}}
		with data.asOf as "2026-03-12T09:00:00Z"
		with data.parameters as {"plan/rehearsal": {"tier": tier, "maximum": "P10D"}}
		with data.documents as documents
		with data.assets as {"acme": {"db": {"tier": 0}, "app": {"tier": 1}, "pc": {}}}
		with data.targets as {"acme": {"p": [{"client": "acme", "asset": name} | some name in names]}}
}

test_none if {
	found({"mode": "required"}, ["app", "db"], 0) == {{
		"path": ["spec", "snapshot", "rehearsalRef"],
		"message": "snapshots of critical systems are the way back and no test shows that a restore works",
		"hint": "rehearse a restore and name its TestEvidence in rehearsalRef",
	}}
}

test_not_passed if {
	found({"mode": "required", "rehearsalRef": "open"}, ["db"], 0) == {{
		"path": ["spec", "snapshot", "rehearsalRef"],
		"message": "the rehearsal \"open\" of a restore came out as inconclusive",
		"hint": "rehearse again until a restore works",
	}}
}

test_too_old if {
	found({"mode": "required", "rehearsalRef": "old"}, ["db"], 0) == {{
		"path": ["spec", "snapshot", "rehearsalRef"],
		"message": "the rehearsal \"old\" of a restore dates from 2026-03-02T08:59:59Z, at most P10D are wanted",
		"hint": "rehearse a restore again",
	}}
}

test_rehearsed if count(found({"mode": "required", "rehearsalRef": "good"}, ["db"], 0)) == 0

test_snapshots_are_not_the_way_back if {
	count(found({"mode": "bestEffort"}, ["db"], 0)) == 0
	count(found({"mode": "bestEffort", "rehearsalRef": "open"}, ["db"], 0)) == 0
	count(found({"mode": "none", "rehearsalRef": "old"}, ["db"], 0)) == 0
}

test_less_critical if {
	count(found({"mode": "required"}, ["app", "pc"], 0)) == 0
	count(found({"mode": "required"}, ["app", "pc"], 1)) == 1
}
