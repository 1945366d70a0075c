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
import data.patchops.lib.estate
import data.patchops.lib.windows

deny contains {
	"path": ["spec", "assets", i, "name"],
	"message": $"a session on asset \"{entry.name}\" takes {needs[profile]} minutes, its longest window is open for {longest(asset)}",
	"hint": "agree on a longer window, or correct the estimate of the profile",
} if {
	some i, entry in input.spec.assets
	asset := data.assets[client][entry.name]
	profile := asset.profile
	tight(asset, needs[profile])
}

deny contains {
	"path": ["spec", "file"],
	"message": $"a session on asset \"{name}\" takes {needs[profile]} minutes, its longest window is open for {longest(asset)}",
	"hint": "agree on a longer window, or correct the estimate of the profile",
} if {
	some name in estate.bulk(input)
	asset := data.assets[client][name]
	profile := asset.profile
	tight(asset, needs[profile])
}

client := input.metadata.client

agreed := windows.agreed(client) if not clients.gone(client)

# lengths are the minutes of the windows whose length is told by a duration.
lengths := {name: windows.minutes(windows.spec(client, name)) | some name in agreed}

# needs are the whole minutes of a session by profile.
needs := {profile: ceil(estate.session(profile) / 60) | some profile, _ in data.documents.ExecutorProfile._}

# tight holds when each window of an asset is known to be too short. Assets with
# an estimate of their own are left to the schedule.
tight(asset, need) if {
	need > min([minutes | some minutes in lengths]) # mutation: equivalent only quicker: what fits the shortest window fits
	not asset.estimate
	own := windows.of(client, agreed, asset)
	count(own) > 0
	every name in own {
		lengths[name] < need
	}
}

longest(asset) := max([lengths[name] | some name in windows.of(client, agreed, asset)])
