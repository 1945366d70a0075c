# METADATA
# title: Freezes are short
# description: While a freeze lasts, known vulnerabilities stay open. One longer than weeks is a decision about risk, which belongs into a RiskAcceptance.
# scope: package
# schemas:
#   - input: schema.Freeze
# custom:
#   severity: warning
#   gate: document
#   controls: ["PCI DSS 4.0.1 6.3.3", "NIST SP 800-53r5 SI-2", "CIS Controls v8.1 7.2", "NIST SP 800-40r4 3.1", "ITIL 4 change enablement"]
#   parameters:
#     maximum: {type: duration, default: P45D, tighter: lower}
package patchops.freeze.too_long

import data.patchops.lib.moment

deny contains {
	"path": ["spec", "until"],
	"message": $"the freeze lasts from {input.spec.from} until {input.spec.until}, at most {maximum} is wanted",
	"hint": "shorten it, or set passAbove so that urgent patches pass",
} if {
	maximum := data.parameters["freeze/too-long"].maximum
	not input.spec.passAbove
	moment.between(input.spec.from, input.spec.until, zone) > patchops.seconds(maximum)
}

deny contains {
	"path": ["spec", "duration"],
	"message": $"the freeze lasts {input.spec.duration}, at most {maximum} is wanted",
	"hint": "shorten it, or set passAbove so that urgent patches pass",
} if {
	maximum := data.parameters["freeze/too-long"].maximum
	not input.spec.passAbove
	patchops.seconds(input.spec.duration) > patchops.seconds(maximum)
}

default zone := "UTC"

zone := input.spec.timezone
