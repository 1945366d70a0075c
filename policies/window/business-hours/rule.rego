# METADATA
# title: Windows avoid business hours
# description: A window that opens while people work, and that is for every asset, lets servers restart under them. A window for some assets only, by its selector, was meant so.
# scope: package
# schemas:
#   - input: schema.MaintenanceWindow
# custom:
#   severity: warning
#   gate: document
#   controls: ["NIST SP 800-40r4 3.1", "ISO/IEC 27001:2022 A.8.32", "PCI DSS 4.0.1 6.5.1", "ITIL 4 change enablement"]
package patchops.window.business_hours

import data.patchops.lib.clients
import data.patchops.lib.hours
import data.patchops.lib.windows

deny contains {
	"path": ["spec", "start"],
	"message": $"the window opens at {clock} on {day}, within the business hours of client \"{client}\", for every asset",
	"hint": "open it later, or give it a selector",
} if {
	client := input.metadata.client
	windows.allows(input.spec)
	not input.spec.selector
	not input.spec.onHoliday == "only"
	input.spec.timezone in {"client", clients.zone(client)}
	clock := windows.clock(input.spec)
	some day in windows.days(input.spec)
	hours.open(clients.spec(client).businessHours, day, clock)
}
