# METADATA
# title: Plans have time outside freezes
# description: From its earliest start to its deadline this plan lies within one freeze that nobody may lift, so nothing of it can ever start.
# scope: package
# schemas:
#   - input: schema.PatchPlan
# custom:
#   severity: error
#   gate: document
#   controls: ["ISO/IEC 27001:2022 A.8.32", "NIST SP 800-53r5 CM-3", "PCI DSS 4.0.1 6.5.1", "ITIL 4 change enablement"]
package patchops.plan.frozen

import data.patchops.lib.clients
import data.patchops.lib.moment
import data.patchops.lib.plans
import data.patchops.lib.selectors

deny contains {
	"path": ["spec", "deadline"],
	"message": $"freeze \"{name}\" lasts from {freeze.from} until {freeze.until}, beyond the whole time of this plan",
	"hint": "move the plan past the freeze, or let the freeze be overridden",
} if {
	some scope in {clients.of(input), "_"}
	freezes := data.documents.Freeze[scope]
	some name, document in freezes
	freeze := document.spec
	freeze.from # mutation: equivalent only quicker: it is compared below
	not freeze.override
	not freeze.clientSelector
	zone := read(freeze)
	plans.deadline(input) > moment.now
	patchops.instant(freeze.from, zone, "from") <= start
	patchops.instant(freeze.until, zone, "until") >= plans.deadline(input)
	not passes(freeze)
	count(plans.targets(input)) > 0
	every target in plans.targets(input) {
		bound(freeze, target)
	}
}

# start is the earliest instant at which something of the plan may start now.
start := max([moment.now, begin]) if begin := patchops.instant(input.spec.notBefore, plans.zone(input), "from")

else := moment.now

read(freeze) := zone if zone := freeze.timezone

else := plans.zone(input)

passes(freeze) if {
	limit := plans.rank[freeze.passAbove]
	plans.worst(input) > limit
}

bound(freeze, _) if not freeze.selector

bound(freeze, target) if selectors.takes(freeze.selector, data.assets[target.client][target.asset])
