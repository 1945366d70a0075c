# METADATA
# title: Some approval rule is for this plan
# description: A change that no approval rule matches can never be merged. None of the rules can match this plan, whatever it selects.
# scope: package
# schemas:
#   - input: schema.PatchPlan
# custom:
#   severity: warning
#   gate: document
#   controls: ["PCI DSS 4.0.1 6.5.1", "NIST SP 800-53r5 CM-3", "ISO/IEC 27001:2022 A.8.32", "ITIL 4 change enablement"]
package patchops.plan.approvable

deny contains {
	"path": ["spec", "changeType"],
	"message": $"no approval rule is for {input.spec.changeType} changes like this one",
	"hint": "add an ApprovalRule whose match takes it",
} if {
	count(data.documents.ApprovalRule._) > 0
	not possible
}

# possible holds when nothing in some rule's match speaks against this plan.
possible if {
	rules := data.documents.ApprovalRule._
	some rule in rules
	match := rule.spec.match
	meets(match, "changeTypes", input.spec.changeType) == true
	meets(match, "kinds", "PatchPlan") == true
	for_client(match) == true
	for_problems(match) == true
}

# meets is false only where a list is given that lacks the value.
default meets(_, _, _) := true

meets(match, field, value) := false if {
	wanted := match[field]
	not value in wanted
}

default for_client(_) := true

for_client(match) := false if {
	wanted := match.clients
	not input.metadata.client in wanted
}

default for_problems(_) := true

for_problems(match) := false if {
	match.problemRefs
	not input.spec.problemRefs
}
