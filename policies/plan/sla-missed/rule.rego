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
	some [client, rule, name, since] in late
	due := sla.due(rule, since)
	patchops.instant(input.spec.notBefore, plans.zone(input), "from") >= due
}

deny contains {
	"path": ["spec", "minimumAge"],
	"message": $"patch \"{name}\" must be in within {rule.within} of {since} for client \"{client}\", a minimum age of {input.spec.minimumAge} leaves no time",
	"hint": "lower minimumAge, or leave the patch to a normal change",
} if {
	some [client, rule, name, since] in late
	due := sla.due(rule, since)
	ripe := patchops.instant(plans.patch(name).releasedAt, "UTC", "from") + (patchops.seconds(input.spec.minimumAge) * moment.second)
	ripe >= due
}

# late is the rules, by client and patch, whose due date is still to come and
# that are for all assets.
late contains [client, rule, name, since] if {
	some client in plans.served(input)
	some rule in sla.of(client)
	not rule.match.selector
	some [_, _, name] in plans.named(input)
	since := sla.anchor(rule, plans.patch(name))
	sla.due(rule, since) > moment.now
}
