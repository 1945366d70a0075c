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
import data.patchops.lib.estate
import data.patchops.lib.windows

deny contains {
	"path": ["spec", "assets", i, "name"],
	"message": $"no window of the agreement opens for asset \"{entry.name}\"",
	"hint": "agree on a window for it, or widen the selector of one",
} if {
	some i, entry in input.spec.assets
	closed(entry.name)
}

deny contains {
	"path": ["spec", "file"],
	"message": $"no window of the agreement opens for asset \"{name}\"",
	"hint": "agree on a window for it, or widen the selector of one",
} if {
	some name in estate.bulk(input)
	closed(name)
}

client := input.metadata.client

# agreed is what opens at all; an agreement without windows is another finding.
agreed := found if {
	not clients.gone(client)
	found := windows.agreed(client)
}

# universal holds when some window is for every asset.
universal if {
	some name in agreed
	not windows.spec(client, name).selector
}

closed(name) if {
	count(agreed) > 0
	not served(data.assets[client][name])
}

# served first answers quickly for an asset that takes what there is.
served(asset) if {
	universal # mutation: equivalent only quicker: the windows are counted below
	not asset.windowRefs
}

served(asset) if count(windows.of(client, agreed, asset)) > 0
