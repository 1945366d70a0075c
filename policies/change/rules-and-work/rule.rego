# METADATA
# title: Rules and work are changed apart
# description: "A change of rules is judged by the rules before it, and so is the work beside it. Apart, each is approved by those who know it."
# scope: package
# schemas:
#   - input: schema.change
# custom:
#   severity: note
#   gate: change
#   controls: ["ISO/IEC 27001:2022 A.5.3", "NIST SP 800-53r5 CM-3", "SOC 2 CC8.1"]
package patchops.change.rules_and_work

deny contains {
	"path": ["effect", "documents", i],
	"message": $"{entry.kind} \"{entry.name}\" is changed along with what plans may do: both are judged by the rules before it",
	"hint": "propose the rules first, apart",
} if {
	some i, entry in input.effect.documents
	entry.kind in {"ApprovalRule", "Config", "Group", "Person"}
	works
}

# works holds for a change of what plans may do.
works if {
	some grant in input.effect.grants
	grant.after
}
