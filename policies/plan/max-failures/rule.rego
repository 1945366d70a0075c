# METADATA
# title: Later waves say how much may fail
# description: Without a threshold a wave would go on while host after host fails. The first wave stops at the first failure by itself, each later one must say.
# scope: package
# schemas:
#   - input: schema.PatchPlan
# custom:
#   severity: error
#   gate: document
#   controls: ["NIST SP 800-40r4 3.5.1", "NIST SP 800-53r5 CM-3", "PCI DSS 4.0.1 6.5.1", "ITIL 4 release management"]
package patchops.plan.max_failures

deny contains {
	"path": ["spec", "waves", i, "maxFailures"],
	"message": $"wave \"{wave.name}\" does not say how much may fail",
	"hint": "set maxFailures, 0 to stop at the first",
} if {
	some i, wave in input.spec.waves
	i > 0
	not wave.maxFailures
}
