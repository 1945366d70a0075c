# METADATA
# title: Somebody answers when a window opens
# description: When servers do not restart, an escalation contact must answer. A window that opens while none of them can be reached leaves the night shift alone.
# scope: package
# schemas:
#   - input: schema.Client
# custom:
#   severity: error
#   gate: document
#   controls: ["ISO/IEC 27001:2022 A.5.24", "CIS Controls v8.1 17.2", "PCI DSS 4.0.1 12.10.3", "ITIL 4 incident management"]
package patchops.client.escalation_reachable

import data.patchops.lib.clients
import data.patchops.lib.hours
import data.patchops.lib.windows

deny contains {
	"path": ["metadata", "name"],
	"message": $"no escalation contact of client \"{client}\" can be reached on {day} at {clock}, when window \"{name}\" opens",
	"hint": "extend the hours of an escalation contact, or add one",
} if {
	client := input.metadata.name
	clients.active(client)
	called := clients.having(client, "escalation")
	count(called) > 0
	some name in windows.agreed(client)
	window := windows.spec(client, name)
	window.timezone in {"client", input.spec.timezone}
	clock := windows.clock(window)
	some day in windows.days(window)
	every contact in called {
		not answers(data.documents.Contact[client][contact].spec, day, clock)
	}
}

answers(contact, _, _) if not contact.hours

answers(contact, day, clock) if hours.open(contact.hours, day, clock)
