# METADATA
# title: Changes
# description: Who stands behind a change, and what it brings.
# scope: package
package patchops.lib.changes

# workers are those whose work a change is.
workers(change) := {person | some person in change.contributors} | {change.author}

workers(change) := {person | some person in change.contributors} if not change.author

# yes is the indexes of the approvals that count.
yes(change) := {i |
	some i, said in change.approvals
	said.verdict == "approved"
	said.counts
}

# emergencies is the indexes of the emergency plans that a change adds or edits.
emergencies(change) := {i |
	some i, entry in change.effect.documents
	entry.kind == "PatchPlan"
	entry.after
	data.documents.PatchPlan[object.get(entry, "client", "_")][entry.name].spec.changeType == "emergency"
}
