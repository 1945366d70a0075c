# METADATA
# title: Waves have most of their assets
# description: Fewer than half of a wave's assets have a place, and the next wave waits only for those. This one shows less than it seems to. Where nothing of a plan has a place, that is told instead.
# scope: package
# schemas:
#   - input: schema.rollout
# custom:
#   severity: warning
#   gate: rollout
#   controls: ["NIST SP 800-40r4 3.5.1", "NIST SP 800-53r5 CM-3(2)", "ISO/IEC 27001:2022 A.8.32", "ITIL 4 release management"]
package patchops.plan.wave_thin

deny contains {
	"path": ["remarks", i],
	"message": $"at client \"{input.client}\", {remark.text}",
	"hint": "see why the others have no place, and make the wave larger meanwhile",
} if {
	count(input.placements) > 0
	some i, remark in input.remarks
	remark.id == "plan/wave-thin"
	last := input.waves[count(input.waves) - 1]
	remark.wave != last.name
}
