# METADATA
# title: Plans
# description: What a plan installs, on what, and when.
# scope: package
package patchops.lib.plans

import data.patchops.lib.clients

# targets is the assets that a plan selects, as {client, asset}.
targets(plan) := data.targets[clients.of(plan)][plan.metadata.name]

# served is the clients of those assets.
served(plan) := {plan.metadata.client} if count(targets(plan)) > 0 # mutation: equivalent only quicker: they are all of that client

else := {target.client | some target in targets(plan)}

# sizes is how many assets each client has in a plan.
sizes(plan) := {plan.metadata.client: count(targets(plan))} if count(targets(plan)) > 0 # mutation: equivalent as above

else := {client: count([target | some target in targets(plan); target.client == client]) |
	some client in served(plan)
}

# zone is where a plan's bare dates are read.
zone(plan) := clients.zone(clients.of(plan))

# deadline is the instant after which nothing starts, in nanoseconds.
deadline(plan) := patchops.instant(plan.spec.deadline, zone(plan), "until")

# named is the names of the patches that have a document.
named(plan) := direct(plan) | bundled(plan)

direct(plan) := {name |
	some name in plan.spec.patches
	is_string(name)
}

bundled(plan) := {name |
	some bundle in plan.spec.bundles
	list := data.documents.Bundle._[bundle].spec.patches
	some name in list
}

# places is the fields that bring a patch in, each with its index. It costs more
# than named and patches do together, so rules ask it for what they report.
places(plan, name) := written(plan, name) | {["bundles", i] |
	some i, bundle in plan.spec.bundles
	name in data.documents.Bundle._[bundle].spec.patches
}

written(plan, name) := {["patches", i] | plan.spec.patches[i] == name}

# patches is what is known of the patches, by name.
patches(plan) := {name: spec |
	some name in named(plan)
	spec := data.documents.Patch._[name].spec
}

# released is when the patches came out: what is written, and the nanosecond that
# it means. Many came out at once, so a rule looks here before it looks at each.
released(plan) := instants({patch.releasedAt | some patch in patches(plan)})

# anchors is what due dates count from, likewise, by the anchor of an SLA rule.
anchors(plan) := {"releasedAt": released(plan), "kevAdded": instants({patch.kev.addedAt | some patch in patches(plan)})}

# since is the patches that one of those instants, as it is written, is for.
since(plan, "releasedAt", text) := {name |
	some name, patch in patches(plan)
	patch.releasedAt == text
}

since(plan, "kevAdded", text) := {name |
	some name, patch in patches(plan)
	patch.kev.addedAt == text
}

instants(texts) := {text: patchops.instant(text, "UTC", "from") | some text in texts}

# scopes is the compliance scopes of the assets and of their clients.
scopes(plan) := {scope | some client in served(plan); some scope in clients.spec(client).complianceScopes} | {scope |
	some target in targets(plan)
	some scope in data.assets[target.client][target.asset].complianceScopes
}

# rank orders severities.
rank := {"none": 0, "low": 1, "medium": 2, "high": 3, "critical": 4}

# worst is the rank of the most severe patch of a plan, those without a document
# included; 0 without any.
worst(plan) := max((({0} | known) | inline)) if {
	known := {rank[patch.severity] | some patch in patches(plan)}
	inline := {rank[patch.severity] | some patch in plan.spec.patches}
}

# evidence is a test of the plan's client, else a global one.
evidence(plan, name) := found if found := data.documents.TestEvidence[clients.of(plan)][name].spec

else := data.documents.TestEvidence._[name].spec
