# METADATA
# title: A key result is at risk before it is off track
# description: Thresholds say how far, in percent of the target, the projection may miss. When they are not in order, or lie where no value can fall, people are warned too late or never.
# scope: package
# schemas:
#   - input: schema.Objective
# custom:
#   severity: error
#   gate: document
#   controls: ["ISO/IEC 27001:2022 9.1", "NIST SP 800-40r4 3.6", "NIST SP 800-53r5 PM-6", "ITIL 4 measurement and reporting"]
package patchops.okr.thresholds

deny contains {
	"path": ["spec", "keyResults", i, "thresholds", "offTrack"],
	"message": $"key result {result.id} is at risk beyond {result.thresholds.atRisk} % but off track beyond {result.thresholds.offTrack} %, more is wanted",
	"hint": "set offTrack above atRisk",
} if {
	some i, result in input.spec.keyResults
	result.thresholds.atRisk >= result.thresholds.offTrack
}

deny contains {
	"path": ["spec", "keyResults", i, "thresholds", "offTrack"],
	"message": $"key result {result.id} is to rise, so it cannot miss its target by more than {result.thresholds.offTrack} %: it is never off track",
	"hint": "set offTrack below 100",
} if {
	some i, result in input.spec.keyResults
	result.direction == "up"
	result.thresholds.offTrack >= 100
}
