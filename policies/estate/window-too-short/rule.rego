# METADATA
# title: A session fits into a window
# description: Every window of this asset is shorter than a session on it takes at the least, so nothing can ever be installed within it.
# scope: package
# schemas:
#   - input: schema.AssetList
# custom:
#   severity: warning
#   gate: document
#   controls: ["NIST SP 800-40r4 3.5", "NIST SP 800-53r5 MA-6", "ISO/IEC 27001:2022 A.8.6", "ITIL 4 capacity and performance management"]
package patchops.estate.window_too_short

import data.patchops.lib.clients
import data.patchops.lib.windows

deny contains {
	"path": ["spec", "assets", i, "name"],
	"message": $"a session on asset \"{item.asset.name}\" takes {needs[item.asset.profile]} minutes, its longest window is open for {longest(item)}",
	"hint": "agree on a longer window, or correct the estimate of the profile",
} if {
	some item in tight
	i := item.index
}

deny contains {
	"path": ["spec", "file"],
	"message": $"a session on asset \"{item.asset.name}\" takes {needs[item.asset.profile]} minutes, its longest window is open for {longest(item)}",
	"hint": "agree on a longer window, or correct the estimate of the profile",
} if {
	some item in tight
	not item.index
}

client := input.metadata.client

# lengths are the minutes of the windows whose length is told by a duration.
lengths := {name: windows.minutes(windows.spec(client, name)) |
	not clients.gone(client)
	some name in windows.agreed(client)
}

# needs are the whole minutes of a session by profile.
needs := {profile: ceil(windows.session(profile) / 60) | some profile, _ in data.documents.ExecutorProfile._}

# hurried is the profiles that some window is too short for.
hurried := {profile |
	some profile, need in needs
	some minutes in lengths
	minutes < need # mutation: equivalent only quicker: each window is compared below
}

# tight is the assets of which each window is known to be too short. Those with
# an estimate of their own are left to the schedule.
tight contains item if {
	count(hurried) > 0 # mutation: equivalent only quicker: most clients have no such profile
	items := data.listed[client][input.metadata.name]
	some item in items
	item.asset.profile in hurried # mutation: equivalent only quicker: each window is compared below
	not item.asset.estimate
	count(item.windows) > 0
	every name in item.windows {
		lengths[name] < needs[item.asset.profile]
	}
}

longest(item) := max([lengths[name] | some name in item.windows])
