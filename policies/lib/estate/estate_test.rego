package patchops.lib.estate_test

import data.patchops.lib.estate

documents := {
	"AssetList": {"acme": {"inline": {"spec": {"assets": [{"name": "a"}, {"name": "b"}]}}, "bulk": {"spec": {"file": "x.csv"}}}},
	"ExecutorProfile": {"_": {"apt": {"spec": {"estimate": {"install": "PT10M", "reboot": "PT5M", "postcheck": "PT2M", "recoveryReserve": "PT1M"}}}}},
}

assets := {"acme": {"a": {}, "b": {}, "c": {}, "d": {}}}

names(name) := found if {
	list := object.union(documents.AssetList.acme[name], {"metadata": {"client": "acme"}})
	found := estate.bulk(list) with data.documents as documents with data.assets as assets
}

test_bulk if names("bulk") == {"c", "d"}

test_inline if names("inline") == set()

test_session if {
	estate.session("apt") == 780 with data.documents as documents
	not estate.session("none") with data.documents as documents
}
