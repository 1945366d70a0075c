# METADATA
# title: Deadlines keep the due dates
# description: The plan may still start after the day by which its patches must be in. A breach is foreseen while it can still be prevented.
# scope: package
# schemas:
#   - input: schema.PatchPlan
# custom:
#   severity: warning
#   gate: document
#   controls: ["PCI DSS 4.0.1 6.3.3", "NIST SP 800-53r5 SI-2(3)", "CIS Controls v8.1 7.2", "CIS Controls v8.1 7.7", "ISO/IEC 27001:2022 A.8.8", "ITIL 4 service level management"]
package patchops.plan.sla_deadline

import data.patchops.lib.plans
import data.patchops.lib.selectors
import data.patchops.lib.sla

deny contains {
	"path": ["spec", "deadline"],
	"message": $"patch \"{name}\" must be in within {rule.within} of {since} for client \"{client}\", the deadline {input.spec.deadline} is later",
	"hint": "move the deadline forward",
} if {
	deadline := plans.deadline(input)
	some client in plans.served(input)
	some [rule, since, due] in sla.coming(client, plans.anchors(input))
	deadline > due
	some name in plans.since(input, rule.anchor, since)
	sla.takes(rule, plans.patches(input)[name])
	applies(rule, client)
}

# applies holds when a rule is for some asset of that client in this plan.
applies(rule, _) if not rule.match.selector

applies(rule, client) if {
	some target in plans.targets(input)
	target.client == client
	selectors.takes(rule.match.selector, data.assets[client][target.asset])
}
