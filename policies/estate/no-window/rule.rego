# METADATA
# title: Every asset has a window
# description: The agreement in force opens no window for this asset, so nothing is ever installed on it and nobody notices.
# scope: package
# schemas:
#   - input: schema.AssetList
# custom:
#   severity: warning
#   gate: document
#   controls: ["NIST SP 800-40r4 3.4", "NIST SP 800-53r5 MA-6", "CIS Controls v8.1 7.3", "PCI DSS 4.0.1 6.3.3", "ITIL 4 change enablement"]
package patchops.estate.no_window

import data.patchops.lib.clients
import data.patchops.lib.windows

deny contains {
	"path": ["spec", "assets", i, "name"],
	"message": $"no window of the agreement opens for asset \"{item.asset.name}\"",
	"hint": "agree on a window for it, or widen the selector of one",
} if {
	some item in closed
	i := item.index
}

deny contains {
	"path": ["spec", "file"],
	"message": $"no window of the agreement opens for asset \"{item.asset.name}\"",
	"hint": "agree on a window for it, or widen the selector of one",
} if {
	some item in closed
	not item.index
}

client := input.metadata.client

items := data.listed[client][input.metadata.name]

# closed leaves out clients without any window, which is another finding.
closed contains item if {
	some item in items
	item.windows == []
	not clients.gone(client)
	count(windows.agreed(client)) > 0
}
