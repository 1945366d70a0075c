# METADATA
# title: People can be recognised
# description: Without a signing key or an account nobody can tell this person's word from another's, so it never counts.
# scope: package
# schemas:
#   - input: schema.Person
# custom:
#   severity: warning
#   gate: document
#   controls: ["PCI DSS 4.0.1 8.2.1", "HIPAA 164.312(a)(2)(i)", "NIST SP 800-53r5 IA-2", "ISO/IEC 27001:2022 A.5.16"]
package patchops.people.no_identity

deny contains {
	"path": ["spec", "signingKeys"],
	"message": $"person \"{input.metadata.name}\" has no signing key and no account",
	"hint": "add a signing key or the GitHub account",
} if {
	input.spec.active
	not input.spec.github
	not signs
}

signs if count(input.spec.signingKeys) > 0
