# METADATA
# title: Accepted risks
# description: Which risks of a client are accepted now.
# scope: package
package patchops.lib.acceptances

import data.patchops.lib.clients
import data.patchops.lib.moment

# live is the names of the acceptances of a client that count now.
live(client) := {name |
	accepted_by := data.documents.RiskAcceptance[client]
	some name, accepted in accepted_by
	moment.begun(accepted.spec.approvedAt, clients.zone(client))
	not moment.over(accepted.spec.expires, clients.zone(client))
}

# assets is the names of the assets that are accepted as they are, whatever they
# lack: acceptances of single patches, vulnerabilities or findings do not count.
assets(client) := {asset |
	some name in live(client)
	scope := data.documents.RiskAcceptance[client][name].spec.scope
	not scope.patches
	not scope.cves
	not scope.findings
	some asset in scope.assets
}
