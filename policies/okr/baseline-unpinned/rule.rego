# METADATA
# title: A baseline can be computed again
# description: A baseline without the commit that it was computed at cannot be checked. Whoever doubts the progress has only a number that somebody typed.
# scope: package
# schemas:
#   - input: schema.Objective
# custom:
#   severity: note
#   gate: document
#   controls: ["ISO/IEC 27001:2022 9.1", "NIST SP 800-40r4 3.6", "ITIL 4 measurement and reporting"]
package patchops.okr.baseline_unpinned

deny contains {
	"path": ["spec", "keyResults", i, "baseline"],
	"message": $"the baseline of key result {result.id} names no commit, so nobody can compute it again",
	"hint": "add the commit at which it was computed",
} if {
	some i, result in input.spec.keyResults
	result.baseline
	not result.baseline.commit
}
