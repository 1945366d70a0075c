# METADATA
# title: Approval rules ask somebody
# description: A list without entries asks nobody. An empty `all` lets every change pass without any approval, an empty `any` or contactRoles lets none pass, whoever approves.
# scope: package
# schemas:
#   - input: schema.ApprovalRule
# custom:
#   severity: error
#   gate: document
#   controls: ["PCI DSS 4.0.1 6.5.1", "ISO/IEC 27001:2022 A.5.3", "NIST SP 800-53r5 AC-5", "NIST SP 800-53r5 CM-3", "ITIL 4 change enablement"]
package patchops.approval.asks_nobody

deny contains {
	"path": ["spec", "require"],
	"message": $"an empty {field} {effect}",
	"hint": $"name who must approve in {field}",
} if {
	walk(input.spec.require, [_, node])
	some field, effect in effects
	node[field] == []
}

effects := {
	"all": "is satisfied without any approval",
	"any": "is never satisfied",
	"contactRoles": "is never satisfied",
}
