package patchops.problem.escalation_due_test

import data.patchops.problem.escalation_due

found(state, asof, spec) := result if {
	own := {"state": state, "incidentRefs": ["a", "b"], "escalation": [{"group": "g", "after": "P2D"}, {"group": "h", "after": "P5D"}]}
	result := escalation_due.deny with input as {"metadata": {"client": "acme"}, "spec": object.union(own, spec)}
		with data.asOf as asof
		with data.documents.Client as {"acme": {"acme": {"spec": {"timezone": "Europe/Berlin"}}}}
		with data.documents.Incident as {"acme": {"a": {"spec": {"at": "2026-03-02"}}, "b": {"spec": {"at": "2026-03-01"}}}}
}

test_after_the_target if {
	found("open", "2026-03-12T23:00:00Z", {"targetAt": "2026-03-10"}) == {{
		"path": ["spec", "escalation", 0, "after"],
		"message": "group \"g\" is to be called in, P2D after the target of 2026-03-10",
		"hint": "call them in, and agree on a new target",
	}}
	count(found("open", "2026-03-12T22:59:59Z", {"targetAt": "2026-03-10"})) == 0
	count(found("open", "2026-03-15T23:00:00Z", {"targetAt": "2026-03-10"})) == 2
}

test_after_the_first_incident if {
	found("open", "2026-03-02T23:00:00Z", {}) == {{
		"path": ["spec", "escalation", 0, "after"],
		"message": "group \"g\" is to be called in, P2D after the first incident",
		"hint": "call them in, and set targetAt",
	}}
	count(found("open", "2026-03-02T22:59:59Z", {})) == 0
}

test_solved if {
	count(found("resolved", "2026-03-20T00:00:00Z", {"targetAt": "2026-03-10"})) == 0
	count(found("resolved", "2026-03-20T00:00:00Z", {})) == 0
}

test_no_incident if count(found("open", "2026-03-20T00:00:00Z", {"incidentRefs": []})) == 0
