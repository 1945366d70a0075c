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
	"message": $"asset \"{entry.name}\" depends on itself by way of {needed}",
	"hint": "drop one dependsOn of the circle",
} if {
	some i, entry in input.spec.assets
	needed := data.assets[input.metadata.client][entry.name].dependsOn
	entry.name in graph.reachable(dependencies, needed)
}

dependencies := {name: needed |
	some name, asset in data.assets[input.metadata.client]
	needed := asset.dependsOn
}
