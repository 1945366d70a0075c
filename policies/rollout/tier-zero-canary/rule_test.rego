package patchops.rollout.tier_zero_canary_test

import data.patchops.rollout.tier_zero_canary

assets := {"acme": {"dc": {"tier": 0}, "web": {"tier": 1}, "test": {}}}

wave(name, size) := {"name": name, "assets": size}

two := [wave("canary", 2), wave("rest", 3)]

found(waves, placed, unplaced) := result if {
	result := tier_zero_canary.deny with input as {
		"client": "acme", "plan": "p", "waves": waves,
		"placements": [{"asset": asset, "wave": name} | some [asset, name] in placed],
		"unplaced": [{"asset": asset, "wave": name} | some [asset, name] in unplaced],
	}
		with data.assets as assets
}

dc := {
	"path": ["waves", 0],
	"message": "the first wave \"canary\" of client \"acme\" takes asset \"dc\" of tier 0",
	"hint": "select less critical assets for the first wave",
}

test_placed if found(two, [["dc", "canary"], ["web", "canary"], ["test", "canary"]], []) == {dc}

test_unplaced if found(two, [], [["dc", "canary"]]) == {dc}

test_later_wave if count(found(two, [["dc", "rest"], ["web", "canary"]], [])) == 0

test_one_wave if count(found([wave("canary", 5)], [["dc", "canary"]], [])) == 0

test_few_assets if {
	count(found([wave("canary", 2), wave("rest", 2)], [["dc", "canary"]], [])) == 0
}
