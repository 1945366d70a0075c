# METADATA
# title: The primary is a member
# description: Standby members go first and the primary last. That needs a primary, and one that belongs to the group.
# scope: package
# schemas:
#   - input: schema.HAGroup
# custom:
#   severity: error
#   gate: document
#   controls: ["ISO/IEC 27001:2022 A.8.14", "NIST SP 800-53r5 CP-2", "ITIL 4 availability management"]
package patchops.ha.primary

import data.patchops.lib.groups

deny contains {
	"path": ["spec", "order"],
	"message": $"group \"{input.metadata.name}\" goes standby first and names no primary",
	"hint": "name the member that carries the load in primary",
} if {
	input.spec.order == "standbyFirst"
	not input.spec.primary
}

deny contains {
	"path": ["spec", "primary"],
	"message": $"primary \"{primary}\" is no member of group \"{input.metadata.name}\"",
	"hint": "name one of the members",
} if {
	primary := input.spec.primary
	members := groups.members(input)
	not primary in members
}
