# METADATA
# title: A group has at least two members
# description: A group of one has nobody who stands in. Its member goes down for every patch although the documents promise otherwise.
# scope: package
# schemas:
#   - input: schema.HAGroup
# custom:
#   severity: warning
#   gate: document
#   controls: ["ISO/IEC 27001:2022 A.8.14", "NIST SP 800-53r5 CP-2", "ITIL 4 availability management"]
package patchops.ha.members

import data.patchops.lib.groups

deny contains {
	"path": ["spec", "members"],
	"message": $"group \"{input.metadata.name}\" has {found} members, at least 2 are wanted",
	"hint": "add the asset that stands in, or drop the group",
} if {
	found := count(groups.members(input))
	found < 2
}
