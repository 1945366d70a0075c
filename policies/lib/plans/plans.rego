# METADATA
# title: Plans
# description: What a plan installs, on what, and when.
# scope: package
package patchops.lib.plans

import data.patchops.lib.clients
import data.patchops.lib.moment
import data.patchops.lib.selectors
import data.patchops.lib.sla

# targets is the assets that a plan selects, as {client, asset}.
targets(plan) := data.targets[clients.of(plan)][plan.metadata.name]

# served is the clients of those assets.
served(plan) := {target.client | some target in targets(plan)}

# sizes is how many assets each client has in a plan.
sizes(plan) := {client: count([target | some target in targets(plan); target.client == client]) |
	some client in served(plan)
}

# zone is where a plan's bare dates are read.
zone(plan) := clients.zone(clients.of(plan))

# deadline is the instant after which nothing starts, in nanoseconds.
deadline(plan) := patchops.instant(plan.spec.deadline, zone(plan), "until")

# named is the patches that have a document, with the place that brings them
# in: [field, index, name, patch].
named(plan) := array.concat(direct(plan), bundled(plan))

direct(plan) := [["patches", i, name, patch] |
	some i, name in plan.spec.patches
	patch := data.documents.Patch._[name].spec
]

bundled(plan) := [["bundles", i, name, patch] |
	some i, bundle in plan.spec.bundles
	some name in data.documents.Bundle._[bundle].spec.patches
	patch := data.documents.Patch._[name].spec
]

# rank orders severities.
rank := {"none": 0, "low": 1, "medium": 2, "high": 3, "critical": 4}

# worst is the rank of the most severe patch of a plan, those without a document
# included; 0 without any.
worst(plan) := max(array.concat([0], array.concat(known, inline))) if {
	known := [rank[patch.severity] | some [_, _, _, patch] in named(plan)]
	inline := [rank[written.severity] | some written in plan.spec.patches]
}

# evidence is a test of the plan's client, else a global one.
evidence(plan, name) := found if found := data.documents.TestEvidence[clients.of(plan)][name].spec

else := data.documents.TestEvidence._[name].spec

# due is by when which patches must be in for whom, where that is still to come:
# [client, rule, name, anchor, instant]. Rules for some assets count where the
# plan has such an asset.
due(plan) := [[client, rule, name, since, due_at] |
	by_severity := {severity: found |
		some severity, _ in rank
		found := [[name, patch] | some [_, _, name, patch] in named(plan); patch.severity == severity]
	}
	some client in served(plan)
	some rule in sla.of(client)
	some severity in sla.severities(rule)
	some [name, patch] in by_severity[severity]
	since := sla.anchor(rule, patch)
	due_at := sla.due(rule, since)
	due_at > moment.now
	concerns(plan, rule, client)
]

concerns(_, rule, _) if not rule.match.selector

concerns(plan, rule, client) if {
	some target in targets(plan)
	target.client == client
	selectors.takes(rule.match.selector, data.assets[client][target.asset])
}
