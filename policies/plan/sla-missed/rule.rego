# METADATA
# title: Plans start before patches are due
# description: By its own earliest start or minimum age the plan cannot begin before a patch is already late, so the breach is certain when the change is merged.
# scope: package
# schemas:
#   - input: schema.PatchPlan
# custom:
#   severity: error
#   gate: document
#   controls: ["PCI DSS 4.0.1 6.3.3", "NIST SP 800-53r5 SI-2(3)", "CIS Controls v8.1 7.7", "ISO/IEC 27001:2022 A.8.8", "ITIL 4 service level management"]
package patchops.plan.sla_missed

import data.patchops.lib.moment
import data.patchops.lib.plans
import data.patchops.lib.sla

deny contains {
	"path": ["spec", "notBefore"],
	"message": $"patch \"{name}\" must be in within {rule.within} of {since} for client \"{client}\", the earliest start {input.spec.notBefore} is not before that",
	"hint": "start earlier",
} if {
	begin := patchops.instant(input.spec.notBefore, plans.zone(input), "from")
	some [client, rule, since, due] in coming
	begin >= due
	some name in plans.since(input, rule.anchor, since)
	sla.takes(rule, plans.patches(input)[name])
}

deny contains {
	"path": ["spec", "minimumAge"],
	"message": $"patch \"{name}\" must be in within {rule.within} of {since} for client \"{client}\", a minimum age of {input.spec.minimumAge} leaves no time",
	"hint": "lower minimumAge, or leave the patch to a normal change",
} if {
	age := patchops.seconds(input.spec.minimumAge) * moment.second
	released := plans.released(input)
	newest := max([at | some at in released])
	some [client, rule, since, due] in coming
	newest + age >= due # mutation: equivalent only quicker: no patch is newer
	some name in plans.since(input, rule.anchor, since)
	patch := plans.patches(input)[name]
	released[patch.releasedAt] + age >= due
	sla.takes(rule, patch)
}

# coming is the due dates to come, by client, of the rules that are for all
# assets; whether they are for a patch is asked last.
coming contains [client, rule, since, due] if {
	some client in plans.served(input)
	some [rule, since, due] in sla.coming(client, plans.anchors(input))
	not rule.match.selector
}
