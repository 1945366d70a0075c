# METADATA
# title: Problems
# description: Which problem a reference means, and whether its asset is supported and its risk accepted.
# scope: package
package patchops.lib.problems

import data.patchops.lib.acceptances
import data.patchops.lib.clients
import data.patchops.lib.moment

# solved holds for a problem that stands as done.
solved(spec) if spec.state in {"resolved", "closed"}

# found is a problem of a client, else a global one.
found(client, name) := spec if spec := data.documents.Problem[client][name].spec

else := data.documents.Problem._[name].spec

# place is the client and the name of an asset that a problem has: its own, or
# "client/asset" in a global one.
place(client, item) := {"client": parts[0], "asset": parts[1]} if {
	parts := split(item, "/")
} else := {"client": client, "asset": item}

# unsupported holds for an asset past the end of its support.
unsupported(at) if moment.over(data.assets[at.client][at.asset].eol, clients.zone(at.client))

# accepted holds for an asset whose risk, or a part of it, is accepted now.
accepted(at) if {
	some name in acceptances.live(at.client)
	covers(data.documents.RiskAcceptance[at.client][name].spec.scope, at.asset)
}

covers(scope, _) if not scope.assets

covers(scope, asset) if asset in scope.assets
