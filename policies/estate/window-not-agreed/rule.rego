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
import data.patchops.lib.estate

deny contains {
	"path": ["spec", "assets", i, "windowRefs"],
	"message": $"asset \"{entry.name}\" names window \"{name}\", the agreement does not",
	"hint": "name a window of the agreement, or agree on this one",
} if {
	some i, entry in input.spec.assets
	some name in data.assets[client][entry.name].windowRefs
	foreign(name)
}

deny contains {
	"path": ["spec", "file"],
	"message": $"asset \"{asset}\" names window \"{name}\", the agreement does not",
	"hint": "name a window of the agreement, or agree on this one",
} if {
	some asset in estate.bulk(input)
	some name in data.assets[client][asset].windowRefs
	foreign(name)
}

client := input.metadata.client

terms := agreements.spec(client)

foreign(name) if {
	terms
	not agreed(name)
}

agreed(name) if name in terms.windowRefs

agreed(name) if name in terms.emergency.windowRefs
