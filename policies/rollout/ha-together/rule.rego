# METADATA
# title: Groups never go down together
# description: At some instant more members of an HA group are in a session than may be down, or all of them. What the group carries is then not there.
# scope: package
# schemas:
#   - input: schema.rollout
# custom:
#   severity: error
#   gate: rollout
#   controls: ["ISO/IEC 27001:2022 A.8.14", "NIST SP 800-53r5 CP-2", "ITIL 4 availability management"]
package patchops.rollout.ha_together

import data.patchops.lib.groups

deny contains {
	"path": ["placements", i],
	"message": $"{down} of {size} members of group \"{name}\" of client \"{input.client}\" are in a session at {placement.start}, at most {limit} are wanted",
	"hint": "lower maxUnavailable of the group, or give the plan smaller waves",
} if {
	some name, indexes in together
	some i in indexes
	placement := input.placements[i]
	group := data.documents.HAGroup[input.client][name]
	size := count(groups.members(group))
	limit := min([groups.limit(group), size - 1])
	size > 1
	down := count([j | some j in indexes; during(placement.start, input.placements[j])])
	down > limit
	every earlier in indexes {
		not worse(earlier, i, indexes, limit)
	}
}

# worse holds for an earlier session of the group that has the same to tell.
worse(earlier, i, indexes, limit) if {
	earlier < i
	start := input.placements[earlier].start
	count([j | some j in indexes; during(start, input.placements[j])]) > limit
}

during(at, placement) if {
	placement.start <= at
	at < placement.end
}

# sessions are those of groups as [group, start, index], group by group.
sessions := sort([[name, placement.start, i] |
	some i, placement in input.placements
	name := data.assets[input.client][placement.asset].haGroup
])

# together is the sessions, by index, of the groups in which one begins before the
# one before it has ended.
together := {name: indexes |
	some name in {name |
		some n, [name, _, i] in sessions
		[name, start, _] = sessions[n + 1]
		input.placements[i].end > start # mutation: equivalent only quicker: each instant is looked at
	}
	indexes := [i | some [other, _, i] in sessions; other == name]
}
