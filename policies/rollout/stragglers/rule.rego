# METADATA
# title: Waves wait for all of their assets
# description: The next wave begins while some assets of this one have not ended their soak. What breaks on them is seen late.
# scope: package
# schemas:
#   - input: schema.rollout
# custom:
#   severity: note
#   gate: rollout
#   controls: ["NIST SP 800-40r4 3.5.1", "NIST SP 800-53r5 CM-3(2)", "ISO/IEC 27001:2022 A.8.32", "ITIL 4 release management"]
package patchops.rollout.stragglers

deny contains {
	"path": ["waves", i],
	"message": $"{wave.stragglers} of {wave.assets} assets of wave \"{wave.name}\" of client \"{input.client}\" end after wave \"{next.name}\" may begin at {next.gateOpens}",
	"hint": "raise advance, or give the stragglers a wave of their own",
} if {
	some i, wave in input.waves
	wave.stragglers > 0
	next := input.waves[i + 1]
}
