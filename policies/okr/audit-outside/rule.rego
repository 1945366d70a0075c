# METADATA
# title: Audits lie in the period of their objective, or soon after
# description: The dates of audits are what the work for an objective must be ready for. One before its period, or long after, belongs to another objective, and nobody prepares for it here.
# scope: package
# schemas:
#   - input: schema.Objective
# custom:
#   severity: warning
#   gate: document
#   controls: ["ISO/IEC 27001:2022 9.2", "PCI DSS 4.0.1 12.4.2", "ITIL 4 measurement and reporting"]
#   parameters:
#     after: {type: duration, default: P31D}
package patchops.okr.audit_outside

import data.patchops.lib.moment
import data.patchops.lib.periods

deny contains {
	"path": ["spec", "auditDates", i, "date"],
	"message": $"the audit on {audit.date} is neither in the period {input.spec.period} nor within {after} of its end",
	"hint": "move it to the objective of its period",
} if {
	after := data.parameters["okr/audit-outside"].after
	some i, audit in input.spec.auditDates
	outside(patchops.instant(audit.date, "", "from"), patchops.seconds(after) * moment.second)
}

outside(day, _) if day < periods.begin(input.spec.period)

outside(day, slack) if day >= periods.end(input.spec.period) + slack
