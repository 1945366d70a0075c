# METADATA
# title: Groups together have enough different people
# description: One person counts once within a rule. Its groups have enough people each, but share so many of them that there are never enough different ones; nothing that the rule matches is ever merged.
# scope: package
# schemas:
#   - input: schema.ApprovalRule
# custom:
#   severity: error
#   gate: document
#   controls: ["PCI DSS 4.0.1 6.5.1", "ISO/IEC 27001:2022 A.5.3", "NIST SP 800-53r5 AC-5", "NIST SP 800-53r5 CM-3", "ITIL 4 change enablement"]
package patchops.approval.distinct_people

import data.patchops.lib.people

deny contains {
	"path": ["spec", "require", "all"],
	"message": $"{wanted} different people are wanted, and the groups {names} have {able} together who may approve",
	"hint": "want fewer, add active people to the groups, or set distinctPeople: false",
} if {
	not shared
	wanted := sum([leaf.count | some leaf in input.spec.require.all; leaf.group])
	groups := {leaf.group | some leaf in input.spec.require.all}
	names := concat(", ", groups)
	able := count(union({people.live(group) | some group in groups}))
	able < wanted
	not short
}

# shared holds for a rule in which one person may count several times.
shared if input.spec.distinctPeople == false

# short holds when some group alone is too small, which is another finding.
short if {
	some leaf in input.spec.require.all
	count(people.live(leaf.group)) < leaf.count
}
