# METADATA
# title: Emergencies are reviewed afterwards
# description: What an emergency skipped beforehand is made up for afterwards. The review is on the calendar when the emergency is approved, soon after the deadline.
# scope: package
# schemas:
#   - input: schema.PatchPlan
# custom:
#   severity: error
#   gate: document
#   controls: ["NIST SP 800-40r4 3.5.2", "ISO/IEC 27001:2022 A.5.27", "CIS Controls v8.1 17.8", "PCI DSS 4.0.1 6.5.1", "ITIL 4 change enablement"]
#   parameters:
#     within: {type: duration, default: P3D, tighter: lower}
package patchops.plan.emergency_review

import data.patchops.lib.clients
import data.patchops.lib.moment
import data.patchops.lib.plans

deny contains {
	"path": ["spec", "changeType"],
	"message": $"no review of this emergency is due within {within} of its deadline {input.spec.deadline}",
	"hint": $"add a Review of type postImplementation with subject {subject}",
} if {
	input.spec.changeType == "emergency"
	within := data.parameters["plan/emergency-review"].within
	not reviewed(within)
}

client := clients.of(input)

subject := $"PatchPlan/{client}/{input.metadata.name}"

# reviewed looks at the reviews of the plan's client and at the global ones.
reviewed(within) if {
	some scope in {client, "_"}
	some review in data.documents.Review[scope]
	review.spec.type == "postImplementation"
	review.spec.subject == subject
	due := patchops.instant(review.spec.due, plans.zone(input), "until")
	due <= plans.deadline(input) + (patchops.seconds(within) * moment.second)
}
