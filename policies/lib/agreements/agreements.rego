# METADATA
# title: Agreements
# description: What a client agreed to, and whether it is in force.
# scope: package
package patchops.lib.agreements

import data.patchops.lib.clients
import data.patchops.lib.moment

# names are the agreements of a client that are in force, sorted.
names(client) := sort([name |
	agreements := data.documents.ClientAgreement[client]
	some name, agreement in agreements
	covers(client, agreement.spec)
])

# covers holds while an agreement's terms apply.
covers(client, terms) if {
	moment.begun(terms.effective, clients.zone(client))
	not ended(client, terms)
}

# ended holds once an agreement is history.
ended(client, terms) if moment.over(terms.expires, clients.zone(client))

# warnings are what a client must have signed.
warnings := {"errors-possible", "risk-of-not-patching", "services-unavailable", "costs"}

# unsigned is the warnings that terms hold no signature of.
unsigned(terms) := warnings - {signed.id | some signed in terms.acknowledgements}

# lapsed is the places of signatures that expired and that no later one replaces.
lapsed(client, terms) := {i |
	some i, signed in terms.acknowledgements
	not renewed(client, terms, signed.id)
}

renewed(client, terms, id) if {
	some signed in terms.acknowledgements
	signed.id == id
	not past(client, signed)
}

past(client, signed) if moment.over(signed.expires, clients.zone(client))

# told is the contacts for notices that may still be called.
told(client, terms) := {name |
	some name in terms.notice.contactRefs
	name in clients.live(client)
}

# asked is the contacts for emergencies that may still be called.
asked(client, terms) := {name |
	some name in terms.emergency.contactRefs
	name in clients.live(client)
}

# spec is the terms that apply now; where several do, those of the first name.
spec(client) := data.documents.ClientAgreement[client][names(client)[0]].spec
