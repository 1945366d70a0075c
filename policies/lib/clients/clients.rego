# METADATA
# title: Clients
# description: The client of a document, its state and its zone.
# scope: package
package patchops.lib.clients

# of is the key of a document's client in data: "_" for a global one.
of(doc) := client if client := doc.metadata.client

else := "_"

spec(client) := data.documents.Client[client][client].spec

# zone is where a client's bare dates are read.
zone(client) := zone if zone := data.documents.Client[client][client].spec.timezone

else := "UTC"

active(client) if data.documents.Client[client][client].spec.status == "active"

# waiting is a client whose agreement does not work yet, or not now: what would
# be an error for an active client is a warning for it.
waiting(client) if data.documents.Client[client][client].spec.status in {"onboarding", "suspended"}

# gone is a client that has left.
gone(client) if data.documents.Client[client][client].spec.status == "ended"

# live is the names of a client's contacts that may still be called.
live(client) := {name |
	contacts := data.documents.Contact[client]
	some name, contact in contacts
	not ended(client, contact.spec)
}

ended(client, contact) if {
	end := patchops.instant(contact.validUntil, zone(client), "until")
	end <= time.parse_rfc3339_ns(data.asOf)
}

# having is the names of the live contacts of one role.
having(client, role) := {name |
	some name in live(client)
	data.documents.Contact[client][name].spec.role == role
}
