# METADATA
# title: Whose work a change is, is known
# description: "An unknown contributor may be the one who approves. A rule that excludes contributors cannot be satisfied until the commit is signed by a known key."
# scope: package
# schemas:
#   - input: schema.change
# custom:
#   severity: warning
#   gate: change
#   controls: ["PCI DSS 4.0.1 6.5.1", "ISO/IEC 27001:2022 A.5.3", "NIST SP 800-53r5 AC-5", "NIST SP 800-53r5 CM-5", "NIST SP 800-218 PS.1"]
package patchops.change.unknown_contributor

deny contains {
	"path": ["unknownContributors"],
	"message": "nobody knows whose work some of it is",
	"hint": $"have {commits} signed with a key of a Person, or taken over by somebody who does",
} if {
	count(input.unknownContributors) > 0
	commits := concat(", ", input.unknownContributors)
}
