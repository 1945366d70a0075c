package patchops.rollout.ha_together_test

import data.patchops.rollout.ha_together

placement(asset, start, end) := {"asset": asset, "start": $"2026-03-14T{start}:00Z", "end": $"2026-03-14T{end}:00Z"}

documents(limit) := {"HAGroup": {"acme": {
	"web": {"metadata": {"name": "web", "client": "acme"}, "spec": {"maxUnavailable": limit}},
	"pair": {"metadata": {"name": "pair", "client": "acme"}, "spec": {"members": ["e", "f"]}},
	"one": {"metadata": {"name": "one", "client": "acme"}, "spec": {"members": ["x"]}},
}}}

assets := {"acme": {"a": {"haGroup": "web"}, "b": {"haGroup": "web"}, "c": {"haGroup": "web"}, "d": {}, "e": {"haGroup": "pair"}, "f": {"haGroup": "pair"}, "x": {"haGroup": "one"}}}

found(limit, placements) := result if {
	result := ha_together.deny with input as {"client": "acme", "plan": "p", "placements": placements}
		with data.documents as documents(limit)
		with data.assets as assets
		with data.members as {"acme": {"web": ["a", "b", "c"], "pair": ["e", "f"], "one": ["x"]}}
}

test_too_many if {
	found(1, [placement("d", "21:00", "23:00"), placement("a", "21:10", "22:00"), placement("d", "21:30", "23:00"), placement("b", "21:30", "22:30"), placement("c", "21:45", "22:30")]) == {{
		"path": ["placements", 3],
		"message": "2 of 3 members of group \"web\" of client \"acme\" are in a session at 2026-03-14T21:30:00Z, at most 1 are wanted",
		"hint": "lower maxUnavailable of the group, or give the plan smaller waves",
	}}
}

test_one_after_another if {
	count(found(1, [placement("a", "21:00", "22:00"), placement("b", "22:00", "23:00"), placement("c", "23:00", "23:30")])) == 0
	count(found(1, [placement("a", "21:00", "22:00"), placement("b", "21:59", "23:00")])) == 1
	count(found(1, [placement("a", "21:00", "22:00"), placement("b", "21:00", "22:00")])) == 1
}

test_within_the_limit if {
	count(found(2, [placement("a", "21:00", "22:00"), placement("b", "21:00", "22:00")])) == 0
	count(found(2, [placement("a", "21:00", "22:00"), placement("b", "21:00", "22:00"), placement("c", "21:00", "22:00")])) == 1
}

test_ends_when_another_begins if {
	count(found(2, [placement("a", "21:00", "22:00"), placement("b", "21:30", "22:30"), placement("c", "22:00", "23:00")])) == 0
	count(found(2, [placement("a", "21:00", "22:00"), placement("b", "21:30", "22:30"), placement("c", "21:59", "23:00")])) == 1
	count(found(2, [placement("a", "21:00", "22:00"), placement("b", "21:00", "22:00"), placement("e", "21:00", "22:00")])) == 0
}

test_all_of_them if {
	count(found(3, [placement("a", "21:00", "22:00"), placement("b", "21:00", "22:00")])) == 0
	count(found(3, [placement("a", "21:00", "22:00"), placement("b", "21:00", "22:00"), placement("c", "21:30", "22:00")])) == 1
}

test_a_pair if count(found(1, [placement("e", "21:00", "22:00"), placement("f", "21:00", "22:00")])) == 1

test_other_groups if {
	count(found(1, [placement("a", "21:00", "22:00"), placement("x", "21:00", "22:00"), placement("d", "21:00", "22:00")])) == 0
	count(found(1, [placement("x", "21:00", "22:00"), placement("x", "21:00", "22:00")])) == 0
}
