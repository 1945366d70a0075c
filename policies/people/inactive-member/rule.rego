# METADATA
# title: Groups hold active people
# description: Somebody who left is still a member. Their word no longer counts, and the group is smaller than it looks.
# scope: package
# schemas:
#   - input: schema.Group
# custom:
#   severity: warning
#   gate: document
#   controls: ["PCI DSS 4.0.1 8.2.5", "HIPAA 164.308(a)(3)(ii)(C)", "NIST SP 800-53r5 AC-2", "ISO/IEC 27001:2022 A.5.18", "CIS Controls v8.1 6.2"]
package patchops.people.inactive_member

deny contains {
	"path": ["spec", "members", i],
	"message": $"\"{member}\" is not active any more",
	"hint": "take them out of the group",
} if {
	some i, member in input.spec.members
	data.documents.Person._[member].spec.active == false
}
