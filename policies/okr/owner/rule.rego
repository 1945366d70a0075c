# METADATA
# title: An objective's owner is still there
# description: Whoever owns an objective answers for it. When that person has left, or is a program, nobody does.
# scope: package
# schemas:
#   - input: schema.Objective
# custom:
#   severity: warning
#   gate: document
#   controls: ["ISO/IEC 27001:2022 A.5.2", "NIST SP 800-53r5 PM-6", "ITIL 4 measurement and reporting"]
package patchops.okr.owner

import data.patchops.lib.people

deny contains {
	"path": ["spec", "owner"],
	"message": $"{owner} owns the objective and is no active person",
	"hint": "name a person who answers for it",
} if {
	owner := input.spec.owner
	not people.counts(owner)
}
