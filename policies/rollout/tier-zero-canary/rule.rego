# METADATA
# title: Canaries are not critical
# description: The first wave shows whether a patch breaks what it touches. It touches an asset of tier 0, on which most depends.
# scope: package
# schemas:
#   - input: schema.rollout
# custom:
#   severity: error
#   gate: rollout
#   controls: ["NIST SP 800-40r4 3.5.1", "NIST SP 800-53r5 CM-3(2)", "ISO/IEC 27001:2022 A.8.32", "ITIL 4 release management"]
package patchops.rollout.tier_zero_canary

deny contains {
	"path": ["waves", 0],
	"message": $"the first wave \"{first}\" of client \"{input.client}\" takes asset \"{asset}\" of tier 0",
	"hint": "select less critical assets for the first wave",
} if {
	count(input.waves) > 1
	sum([wave.assets | some wave in input.waves]) > 4
	first := input.waves[0].name
	some asset in {session.asset | some session in array.concat(input.placements, input.unplaced); session.wave == first}
	data.assets[input.client][asset].tier == 0
}
