# METADATA
# title: Known issues are known to those who approve
# description: The vendor or others report that this patch breaks something. Those who approve the plan should have read it.
# scope: package
# schemas:
#   - input: schema.PatchPlan
# custom:
#   severity: note
#   gate: document
#   controls: ["NIST SP 800-40r4 2.3.1", "NIST SP 800-53r5 CM-4", "PCI DSS 4.0.1 6.5.1", "ITIL 4 change enablement"]
package patchops.plan.known_issues

import data.patchops.lib.plans

deny contains {
	"path": ["spec", field, i],
	"message": $"patch \"{name}\" has a known issue, {issue}",
	"hint": "say in impact or backoutPlan what it means here",
} if {
	not input.spec.impact
	not input.spec.backoutPlan
	some name, patch in plans.patches(input)
	some issue in patch.knownIssues
	some [field, i] in plans.places(input, name)
}
