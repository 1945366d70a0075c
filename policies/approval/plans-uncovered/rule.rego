# METADATA
# title: Every type of change has an approval rule
# description: A change that no rule matches can never be merged. Rules that match only above some risk, cost or size, or only some assets, leave the rest without one; for emergencies that shows at the worst time.
# scope: package
# schemas:
#   - input: schema.Config
# custom:
#   severity: warning
#   gate: document
#   controls: ["PCI DSS 4.0.1 6.5.1", "ISO/IEC 27001:2022 A.8.32", "NIST SP 800-53r5 CM-3", "ITIL 4 change enablement"]
package patchops.approval.plans_uncovered

import data.patchops.lib.approvals

deny contains {
	"path": ["metadata", "name"],
	"message": $"no approval rule takes every {type} change",
	"hint": $"add {type} to match.changeTypes of an ApprovalRule",
} if {
	some type in ["standard", "normal", "emergency"]
	not covered(type)
}

covered(type) if {
	some rule in data.documents.ApprovalRule._
	match := rule.spec.match
	of_type(match, type)
	approvals.of_kind(match, "PatchPlan")
	approvals.in_file(match, "plans/any/any.yaml")
	object.keys(match) - parts == set()
}

of_type(match, _) if not match.changeTypes

of_type(match, type) if type in match.changeTypes

# parts are the fields that say which changes a rule is for; those left out say
# how risky, large or special they are. Rules by client or environment are taken
# to be one of several that make a whole.
parts := {"changeTypes", "kinds", "paths", "clients", "clientTiers", "environments"}
