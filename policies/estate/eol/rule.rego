# METADATA
# title: Unsupported systems are accepted in writing
# description: The vendor no longer supports this system, so no patch will come. It is replaced, or somebody accepts the risk of keeping it, for a time and with something done instead.
# scope: package
# schemas:
#   - input: schema.AssetList
# custom:
#   severity: error
#   gate: document
#   controls: ["PCI DSS 4.0.1 12.3.4", "PCI DSS 4.0.1 6.3.3", "NIST SP 800-53r5 SA-22", "CIS Controls v8.1 2.2", "ISO/IEC 27001:2022 A.8.8", "HIPAA 164.308(a)(1)(ii)(B)", "NIST SP 800-40r4 3.5.4"]
package patchops.estate.eol

import data.patchops.lib.acceptances
import data.patchops.lib.clients
import data.patchops.lib.moment

deny contains {
	"path": ["spec", "assets", i, "eol"],
	"message": $"asset \"{item.asset.name}\" is out of support since {item.asset.eol} and no RiskAcceptance covers it",
	"hint": "replace it, or add a RiskAcceptance whose scope names it",
} if {
	some item in unsupported
	i := item.index
}

deny contains {
	"path": ["spec", "file"],
	"message": $"asset \"{item.asset.name}\" is out of support since {item.asset.eol} and no RiskAcceptance covers it",
	"hint": "replace it, or add a RiskAcceptance whose scope names it",
} if {
	some item in unsupported
	not item.index
}

client := input.metadata.client

zone := clients.zone(client)

unsupported contains item if {
	items := data.listed[client][input.metadata.name]
	some item in items
	moment.over(item.asset.eol, zone)
	not clients.gone(client)
	not accepted(item.asset.name)
}

accepted(name) if name in acceptances.assets(client)
