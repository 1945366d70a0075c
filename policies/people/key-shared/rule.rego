# METADATA
# title: A key belongs to one person
# description: Identity is a signing key. Two people with the same one are the same person to every rule, and nobody can tell whose approval it was.
# scope: package
# schemas:
#   - input: schema.Person
# custom:
#   severity: error
#   gate: document
#   controls: ["PCI DSS 4.0.1 8.2.1", "PCI DSS 4.0.1 8.2.2", "HIPAA 164.312(a)(2)(i)", "NIST SP 800-53r5 IA-4", "ISO/IEC 27001:2022 A.5.16"]
package patchops.people.key_shared

deny contains {
	"path": ["spec", "signingKeys", i],
	"message": $"person \"{other}\" has the same signing key",
	"hint": "give each person a key of their own",
} if {
	some i, key in input.spec.signingKeys
	some other, person in data.documents.Person._
	other != input.metadata.name
	some theirs in person.spec.signingKeys
	bare(theirs) == bare(key)
}

# bare is a key without its comment.
bare(key) := [parts[0], parts[1]] if parts := split(key, " ")
