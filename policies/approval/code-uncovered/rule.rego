# METADATA
# title: Somebody approves policies and schemas
# description: Files in policies/ and schemas/ decide what is an error and what is not. They are no documents, so only a rule that names their path takes a change to them; without one it can never be merged.
# scope: package
# schemas:
#   - input: schema.Config
# custom:
#   severity: warning
#   gate: document
#   controls: ["PCI DSS 4.0.1 6.5.1", "ISO/IEC 27001:2022 A.8.32", "NIST SP 800-53r5 CM-3", "NIST SP 800-53r5 CM-5", "ITIL 4 change enablement"]
package patchops.approval.code_uncovered

import data.patchops.lib.approvals

deny contains {
	"path": ["metadata", "name"],
	"message": $"no approval rule is for changes to {folder}",
	"hint": $"add {folder}** to match.paths of an ApprovalRule",
} if {
	some folder in ["policies/", "schemas/"]
	not covered(folder)
}

covered(folder) if {
	some rule in data.documents.ApprovalRule._
	folder in approvals.folders(rule)
}
