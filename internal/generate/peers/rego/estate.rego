package main

# Tier 0 is not reachable from outside.
deny contains msg if {
	input.kind == "AssetList"
	some asset in input.spec.assets
	asset.tier == 0
	asset.exposure == "public"
	msg := sprintf("%s/%s: %s is critical and public", [input.metadata.client, input.metadata.name, asset.name])
}
