package patchops.estate.tier_zero_owner_test

import data.patchops.estate.tier_zero_owner

found(items) := result if {
	result := tier_zero_owner.deny with input as {"metadata": {"name": "l", "client": "acme"}} with data.listed as {"acme": {"l": items}}
}

db := {"asset": {"name": "db", "tier": 0}, "index": 3}

test_no_owner if {
	found([
		{"asset": {"name": "pc"}, "index": 0},
		{"asset": {"name": "web", "tier": 1}, "index": 1},
		{"asset": {"name": "dc", "tier": 0, "owner": "linux"}, "index": 2},
		db,
	]) == {{
		"path": ["spec", "assets", 3, "owner"],
		"message": "asset \"db\" of tier 0 has no owner",
		"hint": "set owner to the Group that answers for it",
	}}
}

test_bulk if {
	found([{"asset": db.asset}]) == {{
		"path": ["spec", "file"],
		"message": "asset \"db\" of tier 0 has no owner",
		"hint": "set owner to the Group that answers for it",
	}}
}
