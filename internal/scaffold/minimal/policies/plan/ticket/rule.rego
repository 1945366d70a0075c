# METADATA
# title: Plans name their ticket
# description: Our service desk finds a plan by its ticket, so every plan carries one.
# scope: package
# schemas:
#   - input: schema.PatchPlan
# custom:
#   severity: warning
#   gate: document
#   controls: ["ISO/IEC 27001:2022 A.8.32"]
#   parameters:
#     prefix: {type: string, default: "CHG-"}
package patchops.plan.ticket

deny contains {
	"path": ["metadata"],
	"message": $"plan {input.metadata.name} has no ticket that starts with {prefix}",
	"hint": "add annotations: {ticket: ...} to metadata",
} if {
	prefix := data.parameters["plan/ticket"].prefix
	not startswith(input.metadata.annotations.ticket, prefix)
}
