# METADATA
# title: Deferred patches come back
# description: The patch was deferred for a time, and that time is over. Somebody must decide again, or it stays out for good by accident.
# scope: package
# schemas:
#   - input: schema.Patch
# custom:
#   severity: warning
#   gate: document
#   controls: ["PCI DSS 4.0.1 6.3.1", "NIST SP 800-40r4 3.5.5", "NIST SP 800-53r5 RA-7", "CIS Controls v8.1 7.2", "ITIL 4 change enablement"]
package patchops.patch.deferral_over

import data.patchops.lib.moment

deny contains {
	"path": ["spec", "assessment", "until"],
	"message": $"the patch was deferred until {until}, which has passed",
	"hint": "decide again",
} if {
	input.spec.assessment.decision == "deferred"
	until := input.spec.assessment.until
	moment.over(until, "UTC")
}

deny contains {
	"path": ["spec", "assessment"],
	"message": "the patch is deferred without an end",
	"hint": "say until when, or decline it",
} if {
	input.spec.assessment.decision == "deferred"
	not input.spec.assessment.until
}
