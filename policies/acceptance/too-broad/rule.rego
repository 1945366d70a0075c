# METADATA
# title: Acceptances say what they accept
# description: An acceptance without assets, patches or vulnerabilities accepts for everything that the client has, also for what nobody thought of. One over very many assets is a decision about the whole estate.
# scope: package
# schemas:
#   - input: schema.RiskAcceptance
# custom:
#   severity: warning
#   gate: document
#   controls: ["ISO/IEC 27001:2022 6.1.3", "NIST SP 800-53r5 RA-7", "NIST SP 800-40r4 3.5.5", "HIPAA 164.308(a)(1)(ii)(B)", "ITIL 4 risk management"]
#   parameters:
#     maximum: {type: integer, default: 50, tighter: lower}
package patchops.acceptance.too_broad

deny contains {
	"path": ["spec", "scope"],
	"message": "the acceptance names no asset, patch or vulnerability, so it holds for all that the client has",
	"hint": "name the assets, or the patches or cves",
} if {
	not input.spec.scope.assets
	not input.spec.scope.patches
	not input.spec.scope.cves
}

deny contains {
	"path": ["spec", "scope", "assets"],
	"message": $"the acceptance covers {number} assets, at most {maximum} are wanted",
	"hint": "patch some of them, or split the decision by their owners",
} if {
	maximum := data.parameters["acceptance/too-broad"].maximum
	number := count(input.spec.scope.assets)
	number > maximum
}
