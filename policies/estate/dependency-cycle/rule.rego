# METADATA
# title: Dependencies have an order
# description: An asset that depends on itself, over others or directly, can never be placed, for each waits until the other is done.
# scope: package
# schemas:
#   - input: schema.AssetList
# custom:
#   severity: error
#   gate: document
#   controls: ["NIST SP 800-53r5 CM-8", "ISO/IEC 27001:2022 A.5.9", "ITIL 4 service configuration management"]
package patchops.estate.dependency_cycle

deny contains {
	"path": ["spec", "assets", i, "dependsOn"],
	"message": $"asset \"{item.asset.name}\" depends on itself by way of {item.asset.dependsOn}",
	"hint": "drop one dependsOn of the circle",
} if {
	some item in circling
	i := item.index
}

deny contains {
	"path": ["spec", "file"],
	"message": $"asset \"{item.asset.name}\" depends on itself by way of {item.asset.dependsOn}",
	"hint": "drop one dependsOn of the circle",
} if {
	some item in circling
	not item.index
}

circling contains item if {
	items := data.listed[input.metadata.client][input.metadata.name]
	some item in items
	needed := item.asset.dependsOn
	item.asset.name in graph.reachable(dependencies, needed)
}

# dependencies are those of all assets of the client, other lists included.
dependencies := {item.asset.name: needed |
	lists := data.listed[input.metadata.client]
	some items in lists
	some item in items
	needed := item.asset.dependsOn
}
