# METADATA
# title: An objective is measured
# description: An objective without a key result is a wish. Nobody can say how far it is, and no report shows it.
# scope: package
# schemas:
#   - input: schema.Objective
# custom:
#   severity: warning
#   gate: document
#   controls: ["ISO/IEC 27001:2022 6.2", "NIST SP 800-40r4 3.6", "NIST SP 800-53r5 PM-6", "ITIL 4 measurement and reporting"]
package patchops.okr.key_results

deny contains {
	"path": ["spec", "keyResults"],
	"message": "the objective has no key result, so nothing tells how far it is",
	"hint": "add a key result with a metric and a target",
} if {
	count(input.spec.keyResults) == 0
}
