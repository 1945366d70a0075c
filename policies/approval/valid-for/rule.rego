# METADATA
# title: Approvals do not last
# description: An approval counts for at most 14 days. What was approved long ago was approved by people who knew another state of things.
# scope: package
# schemas:
#   - input: schema.ApprovalRule
# custom:
#   severity: error
#   gate: document
#   controls: ["PCI DSS 4.0.1 6.5.1", "NIST SP 800-53r5 CM-3", "ISO/IEC 27001:2022 A.8.32", "ITIL 4 change enablement"]
package patchops.approval.valid_for

deny contains {
	"path": ["spec", "validFor"],
	"message": $"approvals count for {input.spec.validFor}, at most P14D is allowed",
	"hint": "set validFor to P14D or less",
} if {
	patchops.seconds(input.spec.validFor) > 14 * 86400
}
