# METADATA
# title: Something is done where a risk is accepted
# description: Accepting a risk goes with something that makes the risk smaller, or with the reason why there is none.
# scope: package
# schemas:
#   - input: schema.RiskAcceptance
# custom:
#   severity: error
#   gate: document
#   controls: ["ISO/IEC 27001:2022 6.1.3", "NIST SP 800-53r5 RA-7", "NIST SP 800-40r4 3.5.5", "HIPAA 164.308(a)(1)(ii)(B)", "ITIL 4 risk management", "PCI DSS 4.0.1 6.3.3"]
package patchops.acceptance.complete

deny contains {
	"path": ["spec"],
	"message": "nothing is done instead, and no vexJustification says why the asset is not affected",
	"hint": "add compensatingControls, or vexJustification",
} if {
	not compensated
	not input.spec.vexJustification
}

compensated if count(input.spec.compensatingControls) > 0
