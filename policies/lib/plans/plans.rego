# METADATA
# title: Plans
# description: What a plan installs, on what, and when.
# scope: package
package patchops.lib.plans

import data.patchops.lib.clients

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

# named is the patches that have a document, by the place that brings them in:
# [field, index, name].
named(plan) := direct(plan) | bundled(plan)

direct(plan) := {["patches", i, name] |
	some i, name in plan.spec.patches
	is_string(name)
}

bundled(plan) := {["bundles", i, name] |
	some i, bundle in plan.spec.bundles
	some name in data.documents.Bundle._[bundle].spec.patches
}

# patch is what is known of a patch.
patch(name) := data.documents.Patch._[name].spec

# rank orders severities.
rank := {"none": 0, "low": 1, "medium": 2, "high": 3, "critical": 4}

# worst is the rank of the most severe patch of a plan, those without a document
# included; 0 without any.
worst(plan) := max(array.concat([0], array.concat(known, inline))) if {
	known := [rank[patch(name).severity] | some [_, _, name] in named(plan)]
	inline := [rank[written.severity] | some written in plan.spec.patches]
}

# evidence is a test of the plan's client, else a global one.
evidence(plan, name) := found if found := data.documents.TestEvidence[clients.of(plan)][name].spec

else := data.documents.TestEvidence._[name].spec
