# METADATA
# title: Accepted risks are compensated
# description: Accepting a risk is not doing nothing. The acceptance says what is done instead of the patch.
# scope: package
# schemas:
#   - input: schema.RiskAcceptance
# custom:
#   severity: error
#   gate: document
#   controls: ["PCI DSS 4.0.1 6.3.1", "NIST SP 800-53r5 RA-7", "ISO/IEC 27001:2022 A.8.8", "HIPAA 164.308(a)(1)(ii)(B)", "NIST SP 800-40r4 3.5.5", "ITIL 4 risk management"]
package patchops.acceptance.controls

deny contains {
	"path": ["spec", "compensatingControls"],
	"message": "the risk is accepted and nothing is done instead",
	"hint": "say in compensatingControls what is done instead, or why nothing is needed in vexJustification",
} if {
	not compensated
	not input.spec.vexJustification
}

compensated if count(input.spec.compensatingControls) > 0
