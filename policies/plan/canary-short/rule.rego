# METADATA
# title: Canaries have enough assets
# description: Too few assets may be canaries, since none may be of tier 0, a primary, or what others of the plan depend on. The first wave is smaller than the plan says.
# scope: package
# schemas:
#   - input: schema.rollout
# custom:
#   severity: warning
#   gate: rollout
#   controls: ["NIST SP 800-40r4 3.5.1", "NIST SP 800-53r5 CM-3(2)", "ISO/IEC 27001:2022 A.8.32", "ITIL 4 release management"]
package patchops.plan.canary_short

deny contains {
	"path": ["remarks", i],
	"message": $"at client \"{input.client}\", {remark.text}",
	"hint": "add less critical assets to the plan, or make the first wave smaller",
} if {
	some i, remark in input.remarks
	remark.id == "plan/canary-short"
}
