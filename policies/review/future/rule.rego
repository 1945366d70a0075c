# METADATA
# title: Reviews are of what has happened
# description: A review that is dated in the future was not done, and closes in advance what it should look at.
# scope: package
# schemas:
#   - input: schema.Review
# custom:
#   severity: error
#   gate: document
#   controls: ["ISO/IEC 27001:2022 A.5.27", "PCI DSS 4.0.1 6.5.2", "NIST SP 800-53r5 CM-4(2)", "NIST SP 800-40r4 3.6", "ITIL 4 continual improvement"]
package patchops.review.future

import data.patchops.lib.clients
import data.patchops.lib.moment

deny contains {
	"path": ["spec", "at"],
	"message": $"the review was done at {input.spec.at}, which has not come yet",
	"hint": "write at when it is done",
} if {
	not moment.begun(input.spec.at, clients.zone(clients.of(input)))
}
