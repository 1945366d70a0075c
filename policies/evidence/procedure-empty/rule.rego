# METADATA
# title: A procedure says what to do
# description: A procedure without steps is passed by doing nothing. Every test by it is worth nothing.
# scope: package
# schemas:
#   - input: schema.ValidationProcedure
# custom:
#   severity: error
#   gate: document
#   controls: ["PCI DSS 4.0.1 6.5.1", "ISO/IEC 27001:2022 A.8.29", "NIST SP 800-53r5 CM-3(2)", "NIST SP 800-40r4 3.5.1", "ITIL 4 service validation and testing"]
package patchops.evidence.procedure_empty

deny contains {
	"path": ["spec", "steps"],
	"message": "the procedure has no steps, so everything passes it",
	"hint": "write what to do, in order",
} if {
	count(input.spec.steps) == 0
}
