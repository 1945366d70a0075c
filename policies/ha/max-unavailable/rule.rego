# METADATA
# title: Members are never all down together
# description: A group that lets as many members be down as it has lets a patch take the whole service down.
# scope: package
# schemas:
#   - input: schema.HAGroup
# custom:
#   severity: error
#   gate: document
#   controls: ["ISO/IEC 27001:2022 A.8.14", "NIST SP 800-40r4 3.1", "NIST SP 800-53r5 CP-2", "ITIL 4 availability management"]
package patchops.ha.max_unavailable

import data.patchops.lib.groups

deny contains {
	"path": ["spec", "maxUnavailable"],
	"message": $"{limit} of {members} members may be down at once, at most {members - 1} are wanted",
	"hint": $"set maxUnavailable to {members - 1} or less",
} if {
	members := count(groups.members(input))
	members > 1
	limit := groups.limit(input)
	limit >= members
}
