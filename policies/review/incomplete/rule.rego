# METADATA
# title: A review that is done says how it came out
# description: A review with a date and no verdict looks done in every report and says nothing. A verdict without a date or a name is nobody's.
# scope: package
# schemas:
#   - input: schema.Review
# custom:
#   severity: error
#   gate: document
#   controls: ["ISO/IEC 27001:2022 A.5.27", "PCI DSS 4.0.1 6.5.2", "NIST SP 800-53r5 CM-4(2)", "NIST SP 800-40r4 3.6", "ITIL 4 continual improvement"]
package patchops.review.incomplete

deny contains {
	"path": ["spec", "at"],
	"message": $"the review was done at {input.spec.at} and has no verdict",
	"hint": "write pass, fail or inconclusive",
} if {
	input.spec.at
	input.spec.type in {"postImplementation", "effectiveness", "rootCause"}
	not input.spec.verdict
}

deny contains {
	"path": ["spec", "at"],
	"message": $"the review was done at {input.spec.at} by nobody",
	"hint": "write by, the person who did it",
} if {
	input.spec.at
	not input.spec.by
}

deny contains {
	"path": ["spec", "verdict"],
	"message": $"the review has the verdict {input.spec.verdict} and was not done",
	"hint": "write at, the day on which it was done",
} if {
	input.spec.verdict
	not input.spec.at
}
