# METADATA
# title: A freeze ends after it begins
# description: A freeze whose end is not after its start freezes nothing, and everybody believes that it does.
# scope: package
# schemas:
#   - input: schema.Freeze
# custom:
#   severity: error
#   gate: document
#   controls: ["ISO/IEC 27001:2022 A.8.32", "NIST SP 800-53r5 CM-3", "ITIL 4 change enablement"]
package patchops.freeze.empty

import data.patchops.lib.moment

deny contains {
	"path": ["spec", "until"],
	"message": $"the freeze lasts from {input.spec.from} until {input.spec.until}, which is no time at all",
	"hint": "set until after from",
} if {
	moment.between(input.spec.from, input.spec.until, zone) <= 0
}

default zone := "UTC"

zone := input.spec.timezone
