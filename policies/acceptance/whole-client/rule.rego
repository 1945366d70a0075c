# METADATA
# title: Acceptances name the machines
# description: A patch or vulnerability is accepted on every machine of the client, also on those that face the Internet and those that come tomorrow.
# scope: package
# schemas:
#   - input: schema.RiskAcceptance
# custom:
#   severity: warning
#   gate: document
#   controls: ["NIST SP 800-53r5 RA-7", "ISO/IEC 27001:2022 A.8.8", "PCI DSS 4.0.1 6.3.1", "ITIL 4 risk management"]
package patchops.acceptance.whole_client

deny contains {
	"path": ["spec", "scope", "assets"],
	"message": "accepted on every asset of the client",
	"hint": "name the assets that need it",
} if {
	not input.spec.scope.findings
	not input.spec.vexJustification
	some field in ["patches", "cves"]
	count(input.spec.scope[field]) > 0
	not machines
}

machines if count(input.spec.scope.assets) > 0
