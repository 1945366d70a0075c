# METADATA
# title: Groups that stand in for each other
# description: The members of an HAGroup, as the group or as its assets say.
# scope: package
package patchops.lib.groups

# members are those that the group lists, else the assets that name it.
members(group) := {member | some member in group.spec.members} if group.spec.members

else := naming(group)

# naming is the assets whose haGroup is this group.
naming(group) := {name | some name in data.members[group.metadata.client][group.metadata.name]}

# limit is how many members may be down at once.
limit(group) := n if n := group.spec.maxUnavailable

else := 1
