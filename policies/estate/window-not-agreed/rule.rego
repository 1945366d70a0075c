# METADATA
# title: Assets use agreed windows
# description: An asset may pick among the windows of the agreement. A window that the agreement does not name never opens for it.
# scope: package
# schemas:
#   - input: schema.AssetList
# custom:
#   severity: error
#   gate: document
#   controls: ["NIST SP 800-40r4 3.5", "ISO/IEC 27001:2022 A.8.32", "PCI DSS 4.0.1 6.5.1", "ITIL 4 change enablement"]
package patchops.estate.window_not_agreed

import data.patchops.lib.agreements

deny contains {
	"path": ["spec", "assets", i, "windowRefs"],
	"message": $"asset \"{item.asset.name}\" names window \"{name}\", the agreement does not",
	"hint": "name a window of the agreement, or agree on this one",
} if {
	some [item, name] in foreign
	i := item.index
}

deny contains {
	"path": ["spec", "file"],
	"message": $"asset \"{item.asset.name}\" names window \"{name}\", the agreement does not",
	"hint": "name a window of the agreement, or agree on this one",
} if {
	some [item, name] in foreign
	not item.index
}

client := input.metadata.client

foreign contains [item, name] if {
	items := data.listed[client][input.metadata.name]
	some item in items
	some name in item.asset.windowRefs
	not agreed(name)
}

# agreed holds for every window where no agreement is in force.
agreed(_) if count(agreements.names(client)) == 0

agreed(name) if name in agreements.spec(client).windowRefs

agreed(name) if name in agreements.spec(client).emergency.windowRefs
