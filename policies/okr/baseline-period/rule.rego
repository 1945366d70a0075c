# METADATA
# title: A baseline is older than its objective
# description: Progress is measured against what was before. A baseline from the objective's own period, or from a later one, already holds the progress that it should show.
# scope: package
# schemas:
#   - input: schema.Objective
# custom:
#   severity: warning
#   gate: document
#   controls: ["ISO/IEC 27001:2022 9.1", "NIST SP 800-40r4 3.6", "ITIL 4 measurement and reporting"]
package patchops.okr.baseline_period

import data.patchops.lib.periods

deny contains {
	"path": ["spec", "keyResults", i, "baseline", "period"],
	"message": $"the baseline of key result {result.id} is from {result.baseline.period}, which ends after {input.spec.period} has begun",
	"hint": "measure it in the period before",
} if {
	some i, result in input.spec.keyResults
	periods.end(result.baseline.period) > periods.begin(input.spec.period)
}
