# METADATA
# title: Nobody approves their own change
# description: Whoever wrote a change, or part of it, is no second pair of eyes. This rule counts their approval all the same.
# scope: package
# schemas:
#   - input: schema.ApprovalRule
# custom:
#   severity: warning
#   gate: document
#   controls: ["PCI DSS 4.0.1 6.5.1", "ISO/IEC 27001:2022 A.5.3", "NIST SP 800-53r5 AC-5", "NIST SP 800-53r5 CM-5", "ITIL 4 change enablement"]
package patchops.approval.self_approval

deny contains {
	"path": ["spec", "exclude"],
	"message": $"approvals of the {concat(" and the ", counted)} count",
	"hint": "leave exclude out, it keeps both out by default",
} if {
	excluded := input.spec.exclude
	counted := [who |
		some who in ["author", "contributors"]
		not who in excluded
	]
	count(counted) > 0
}
