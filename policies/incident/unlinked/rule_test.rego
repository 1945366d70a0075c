package patchops.incident.unlinked_test

import data.patchops.incident.unlinked

incident(at, rest) := {"metadata": {"client": "acme"}, "spec": object.union({"configurationItem": "web-01", "at": at}, rest)}

own := incident("2026-03-10", {})

found(others) := result if {
	result := unlinked.deny with input as own
		with data.parameters as {"incident/unlinked": {"minimum": 2, "within": "P2D"}}
		with data.documents.Incident as {"acme": object.union(others, {"own": own})}
}

test_again if {
	found({"a": incident("2026-03-08", {})}) == {{
		"path": ["spec", "configurationItem"],
		"message": "2 incidents on \"web-01\" within P2D belong to no problem",
		"hint": "open a Problem and name it in problemRef of each",
	}}
	count(found({"a": incident("2026-03-10", {})})) == 1
}

test_once if count(found({})) == 0

test_long_ago if count(found({"a": incident("2026-03-07T23:59:59Z", {})})) == 0

test_the_newest_tells if count(found({"a": incident("2026-03-10T00:00:01Z", {})})) == 0

test_others if {
	count(found({"a": incident("2026-03-09", {"configurationItem": "web-02"})})) == 0
	count(found({"a": incident("2026-03-09", {"problemRef": "p"})})) == 0
}

test_linked if {
	linked := incident("2026-03-10", {"problemRef": "p"})
	count(unlinked.deny) == 0 with input as linked
		with data.parameters as {"incident/unlinked": {"minimum": 1, "within": "P2D"}}
		with data.documents.Incident as {"acme": {"a": incident("2026-03-10", {}), "b": incident("2026-03-09", {})}}
}
