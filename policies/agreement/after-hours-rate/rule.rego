# METADATA
# title: Work after hours has its price
# description: A window of the agreement opens outside regular hours and no rate is agreed for that time. What the client expects to pay, and what it costs, will differ.
# scope: package
# schemas:
#   - input: schema.ClientAgreement
# custom:
#   severity: warning
#   gate: document
#   controls: ["ISO/IEC 27001:2022 A.5.20", "ITIL 4 service level management", "ITIL 4 service financial management"]
package patchops.agreement.after_hours_rate

import data.patchops.lib.agreements
import data.patchops.lib.clients
import data.patchops.lib.hours
import data.patchops.lib.windows

deny contains {
	"path": ["spec", "rates"],
	"message": $"window \"{name}\" opens at {clock} outside regular hours, no rate after hours is agreed",
	"hint": "agree on afterHoursPerHour",
} if {
	client := input.metadata.client
	clients.active(client)
	not agreements.ended(client, input.spec)
	not input.spec.rates.basis == "included"
	not input.spec.rates.afterHoursPerHour
	some name in windows.opening(client, input.spec)
	window := windows.spec(client, name)
	window.timezone in {"client", clients.zone(client)}
	clock := windows.clock(window)
	some day in windows.days(window)
	not hours.open(regular, day, clock)
}

# regular is the hours of the regular rate; without any, all hours are.
regular := found if {
	found := input.spec.rates.regularHours
} else := clients.spec(input.metadata.client).businessHours
