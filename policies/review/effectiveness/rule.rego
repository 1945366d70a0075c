# METADATA
# title: Solved problems are looked at again
# description: Whether a patch removed a cause or only hid it shows weeks later. A solved problem without a review of its effectiveness comes back as a new one.
# scope: package
# schemas:
#   - input: schema.Problem
# custom:
#   severity: warning
#   gate: document
#   controls: ["ISO/IEC 27001:2022 A.5.27", "PCI DSS 4.0.1 6.5.2", "NIST SP 800-53r5 CM-4(2)", "NIST SP 800-40r4 3.6", "ITIL 4 continual improvement", "ITIL 4 problem management", "PCI DSS 4.0.1 12.10.6"]
package patchops.review.effectiveness

import data.patchops.lib.clients

deny contains {
	"path": ["spec", "state"],
	"message": $"the problem was {input.spec.state} by a patch and nobody is to look whether that helped",
	"hint": $"add a Review of type effectiveness with subject {subject}",
} if {
	input.spec.state in {"resolved", "closed"}
	count(input.spec.patchIds) > 0
	not reviewed
}

subject := $"Problem/{clients.of(input)}/{input.metadata.name}"

reviewed if {
	some review in data.documents.Review[clients.of(input)]
	review.spec.type == "effectiveness"
	review.spec.subject == subject
}
