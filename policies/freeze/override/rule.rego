# METADATA
# title: One person does not lift a freeze
# description: Lifting a freeze is a decision of several people. The rule that the freeze refers to is satisfied by a single approval.
# scope: package
# schemas:
#   - input: schema.Freeze
# custom:
#   severity: error
#   gate: document
#   controls: ["PCI DSS 4.0.1 6.5.1", "ISO/IEC 27001:2022 A.5.3", "NIST SP 800-53r5 AC-5", "NIST SP 800-53r5 CM-3", "ITIL 4 change enablement"]
package patchops.freeze.override

import data.patchops.lib.approvals

deny contains {
	"path": ["spec", "override", "approvalRuleRef"],
	"message": $"approval rule \"{name}\" lets one person lift the freeze, at least 2 are wanted",
	"hint": "ask for a second person in its require",
} if {
	name := input.spec.override.approvalRuleRef
	approvals.single(data.documents.ApprovalRule._[name].spec.require)
}
