# METADATA
# title: Two people accept a risk of what everything depends on
# description: An asset of tier 0 takes others down with it. Accepting its risk is more than one person's decision.
# scope: package
# schemas:
#   - input: schema.RiskAcceptance
# custom:
#   severity: warning
#   gate: document
#   controls: ["ISO/IEC 27001:2022 6.1.3", "NIST SP 800-53r5 RA-7", "NIST SP 800-40r4 3.5.5", "HIPAA 164.308(a)(1)(ii)(B)", "ITIL 4 risk management", "ISO/IEC 27001:2022 A.5.3", "NIST SP 800-53r5 AC-5"]
#   parameters:
#     minimum: {type: integer, default: 2, tighter: higher}
package patchops.acceptance.critical_assets

deny contains {
	"path": ["spec", "approvers"],
	"message": $"{number} of {minimum} wanted approvers accept a risk of asset \"{asset}\" of tier 0",
	"hint": "ask another person",
} if {
	minimum := data.parameters["acceptance/critical-assets"].minimum
	some asset in input.spec.scope.assets
	data.assets[input.metadata.client][asset].tier == 0
	number := count({name | some name in input.spec.approvers})
	number < minimum
}
