# METADATA
# title: Support is about to end
# description: Support of this system ends soon. Replacing it, or accepting the risk, takes longer than people think.
# scope: package
# schemas:
#   - input: schema.AssetList
# custom:
#   severity: warning
#   gate: document
#   controls: ["PCI DSS 4.0.1 12.3.4", "NIST SP 800-53r5 SA-22", "CIS Controls v8.1 2.2", "NIST SP 800-40r4 3.7"]
#   parameters:
#     within: {type: duration, default: P90D, tighter: higher}
package patchops.estate.eol_soon

import data.patchops.lib.acceptances
import data.patchops.lib.clients
import data.patchops.lib.moment

deny contains {
	"path": ["spec", "assets", i, "eol"],
	"message": $"support of asset \"{item.asset.name}\" ends on {item.asset.eol}, within {within}",
	"hint": "plan its replacement now",
} if {
	some item in ending
	i := item.index
}

deny contains {
	"path": ["spec", "file"],
	"message": $"support of asset \"{item.asset.name}\" ends on {item.asset.eol}, within {within}",
	"hint": "plan its replacement now",
} if {
	some item in ending
	not item.index
}

client := input.metadata.client

zone := clients.zone(client)

within := data.parameters["estate/eol-soon"].within

ending contains item if {
	items := data.listed[client][input.metadata.name]
	some item in items
	left := moment.left(item.asset.eol, zone)
	left > 0
	left <= patchops.seconds(within)
	not clients.gone(client)
	not accepted(item.asset.name)
}

accepted(name) if name in acceptances.assets(client)
