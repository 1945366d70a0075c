package patchops.estate.tier_zero_owner_test

import data.patchops.estate.tier_zero_owner

assets := {"acme": {"db": {"tier": 0}, "dc": {"tier": 0, "owner": "linux"}, "web": {"tier": 1}, "pc": {}}}

found(spec) := result if {
	result := tier_zero_owner.deny with input as {"metadata": {"name": "l", "client": "acme"}, "spec": spec}
		with data.assets as assets
		with data.documents as {}
}

test_no_owner if {
	found({"assets": [{"name": name} | some name in ["pc", "web", "dc", "db"]]}) == {{
		"path": ["spec", "assets", 3, "owner"],
		"message": "asset \"db\" of tier 0 has no owner",
		"hint": "set owner to the Group that answers for it",
	}}
}

test_bulk if {
	found({"file": "x.csv"}) == {{
		"path": ["spec", "file"],
		"message": "asset \"db\" of tier 0 has no owner",
		"hint": "set owner to the Group that answers for it",
	}}
}
