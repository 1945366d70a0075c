# METADATA
# title: Assets
# description: Which assets an AssetList brings from its file, and how long a session on one takes.
# scope: package
package patchops.lib.estate

# bulk is the names of the assets that come from files: those of the client that
# no list writes out. It is empty for a list without a file.
bulk(list) := {name |
	list.spec.file
	some name, _ in data.assets[list.metadata.client]
	not written(list.metadata.client, name)
}

written(client, name) if {
	some list in data.documents.AssetList[client]
	some entry in list.spec.assets
	entry.name == name
}

# session is the seconds that a session with a profile takes at the least: the
# installation, the checks and the reserve, without a reboot.
session(profile) := (patchops.seconds(estimate.install) + patchops.seconds(estimate.postcheck)) + patchops.seconds(estimate.recoveryReserve) if {
	estimate := data.documents.ExecutorProfile._[profile].spec.estimate
}
