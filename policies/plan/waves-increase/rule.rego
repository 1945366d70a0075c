# METADATA
# title: Waves increase
# description: Percent and count are cumulative, with the waves before included. A wave that reaches no further than an earlier one is empty, and most likely the number was meant otherwise.
# scope: package
# schemas:
#   - input: schema.PatchPlan
# custom:
#   severity: error
#   gate: document
#   controls: ["NIST SP 800-40r4 3.5.1", "NIST SP 800-53r5 CM-3", "PCI DSS 4.0.1 6.5.1", "ITIL 4 release management"]
package patchops.plan.waves_increase

deny contains {
	"path": ["spec", "waves", i, "percent"],
	"message": $"wave \"{wave.name}\" reaches {wave.percent} percent, an earlier one already {reached}",
	"hint": "percent includes the waves before, give each wave a higher one",
} if {
	some i, wave in input.spec.waves
	reached := max([earlier.percent | some j, earlier in input.spec.waves; j < i])
	wave.percent <= reached
}

deny contains {
	"path": ["spec", "waves", i, "count"],
	"message": $"wave \"{wave.name}\" reaches {wave.count} assets, an earlier one already {reached}",
	"hint": "count includes the waves before, give each wave a higher one",
} if {
	some i, wave in input.spec.waves
	reached := max([earlier.count | some j, earlier in input.spec.waves; j < i])
	wave.count <= reached
}
