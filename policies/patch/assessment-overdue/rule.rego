# METADATA
# title: Severe patches are assessed soon
# description: A critical or high patch is out for some time and nobody has decided whether it is wanted. Until then no standard change can install it.
# scope: package
# schemas:
#   - input: schema.Patch
# custom:
#   severity: warning
#   gate: document
#   controls: ["PCI DSS 4.0.1 6.3.1", "NIST SP 800-40r4 2.3.1", "CIS Controls v8.1 7.2", "ISO/IEC 27001:2022 A.8.8", "HIPAA 164.308(a)(5)(ii)(B)", "ITIL 4 change enablement"]
#   parameters:
#     within: {type: duration, default: P14D, tighter: lower}
package patchops.patch.assessment_overdue

import data.patchops.lib.moment

deny contains {
	"path": ["spec", "assessment"],
	"message": $"a {input.spec.severity} patch of {input.spec.releasedAt} is still to be assessed, within {within} is wanted",
	"hint": "decide and write the assessment",
} if {
	within := data.parameters["patch/assessment-overdue"].within
	input.spec.severity in {"critical", "high"}
	not input.spec.withdrawnAt
	not decided
	moment.since(input.spec.releasedAt, "UTC") > patchops.seconds(within)
}

decided if input.spec.assessment.decision != "pending"
