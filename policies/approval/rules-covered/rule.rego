# METADATA
# title: Somebody approves the rules
# description: Changes to people, groups, rules and profiles are matched only by a rule that names their kind or path. Without one they can never be merged.
# scope: package
# schemas:
#   - input: schema.Config
# custom:
#   severity: warning
#   gate: document
#   controls: ["PCI DSS 4.0.1 6.5.1", "ISO/IEC 27001:2022 A.5.3", "NIST SP 800-53r5 CM-5", "ITIL 4 change enablement"]
package patchops.approval.rules_covered

deny contains {
	"path": ["metadata", "name"],
	"message": $"no approval rule is for changes to {kind} documents",
	"hint": $"add {kind} to match.kinds of an ApprovalRule",
} if {
	count(data.documents.ApprovalRule._) > 0
	count([1 | some rule in data.documents.ApprovalRule._; rule.spec.match.paths]) == 0 # mutation: equivalent what is counted does not matter
	some kind in ["Config", "Person", "Group", "ApprovalRule", "ExecutorProfile"]
	not covered(kind)
}

covered(kind) if {
	some rule in data.documents.ApprovalRule._
	kind in rule.spec.match.kinds
}
