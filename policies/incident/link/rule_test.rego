package patchops.incident.link_test

import data.patchops.incident.link

found(problem) := result if {
	result := link.deny with input as {"metadata": {"name": "p"}, "spec": {"incidentRefs": ["a", "b"]}}
		with data.documents.Incident as {"_": {"a": {"spec": {}}, "b": {"spec": {"problemRef": problem}}}}
}

test_another if {
	found("q") == {{
		"path": ["spec", "incidentRefs", 1],
		"message": "incident \"b\" says that it belongs to problem \"q\"",
		"hint": "decide which problem caused it",
	}}
}

test_same if count(found("p")) == 0
