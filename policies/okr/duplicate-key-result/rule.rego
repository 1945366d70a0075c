# METADATA
# title: Every key result has its own id
# description: Check-ins, reports and dashboards name a key result by its id. Two with the same id are taken for one, and the worse of them disappears.
# scope: package
# schemas:
#   - input: schema.Objective
# custom:
#   severity: error
#   gate: document
#   controls: ["ISO/IEC 27001:2022 9.1", "ITIL 4 measurement and reporting"]
package patchops.okr.duplicate_key_result

deny contains {
	"path": ["spec", "keyResults", i, "id"],
	"message": $"a key result before this one is called {result.id} too",
	"hint": "give it another id",
} if {
	some i, result in input.spec.keyResults
	some j, other in input.spec.keyResults
	j < i
	other.id == result.id
}
