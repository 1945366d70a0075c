# METADATA
# title: Reviews are done when they are due
# description: What nobody looks back at teaches nobody. A review that is put off is done when its participants remember little.
# scope: package
# schemas:
#   - input: schema.Review
# custom:
#   severity: warning
#   gate: document
#   controls: ["ISO/IEC 27001:2022 A.5.27", "PCI DSS 4.0.1 6.5.2", "NIST SP 800-53r5 CM-4(2)", "NIST SP 800-40r4 3.6", "ITIL 4 continual improvement"]
package patchops.review.overdue

import data.patchops.lib.clients
import data.patchops.lib.moment

deny contains {
	"path": ["spec", "due"],
	"message": $"the review of {input.spec.subject} was due at {input.spec.due} and is not done",
	"hint": "do it and write by, at and verdict",
} if {
	not input.spec.at
	moment.over(input.spec.due, clients.zone(clients.of(input)))
}
