# METADATA
# title: Agreements
# description: What a client agreed to, and whether it is in force.
# scope: package
package patchops.lib.agreements

import data.patchops.lib.clients
import data.patchops.lib.moment

# names are the agreements of a client that are in force, sorted.
names(client) := sort([name |
	some name, agreement in data.documents.ClientAgreement[client]
	covers(client, agreement.spec)
])

# covers holds while an agreement's terms apply.
covers(client, terms) if {
	moment.begun(terms.effective, clients.zone(client))
	not ended(client, terms)
}

# ended holds once an agreement is history.
ended(client, terms) if moment.over(terms.expires, clients.zone(client))

# spec is the terms that apply now; where several do, those of the first name.
spec(client) := data.documents.ClientAgreement[client][names(client)[0]].spec
