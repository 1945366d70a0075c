# METADATA
# title: A window opens before every audit
# description: Work that must be done before an audit needs a window before it. A client whose agreement opens none until then arrives at its audit unpatched, whatever the team does.
# scope: package
# schemas:
#   - input: schema.Objective
# custom:
#   severity: error
#   gate: document
#   controls: ["PCI DSS 4.0.1 6.3.3", "ISO/IEC 27001:2022 A.8.8", "NIST SP 800-40r4 3.5.1", "ITIL 4 service level management"]
package patchops.okr.audit_window

import data.patchops.lib.clients
import data.patchops.lib.moment
import data.patchops.lib.windows

deny contains {
	"path": ["spec", "auditDates", i, "date"],
	"message": $"no window of client \"{client}\" opens before the audit on {audit.date}",
	"hint": "agree on a window that opens before it, or move the audit",
} if {
	some i, audit in input.spec.auditDates
	not moment.over(audit.date, "")
	some client in audited(audit)
	not prepared(client, audit.date)
}

# audited is the clients that an audit names, else all active ones.
audited(audit) := {client | some client in audit.clients} if audit.clients

else := {client |
	some client, _ in data.documents.Client
	clients.active(client)
}

prepared(client, date) if {
	some name in windows.agreed(client)
	window := windows.spec(client, name)
	some start in starts(window)
	patchops.instant(start, "", "from") < patchops.instant(date, "", "from")
}

# starts are the instants from which a window may still open: that of its rule,
# or the single ones to come.
starts(window) := {window.start} if window.recurrence

else := {start |
	some start in array.concat([window.start], object.get(window, "rdates", []))
	patchops.instant(start, "", "from") >= moment.now
}
