# METADATA
# title: An account belongs to one person
# description: Identity on GitHub is the numeric account id. Two people with the same one are the same person to every rule.
# scope: package
# schemas:
#   - input: schema.Person
# custom:
#   severity: error
#   gate: document
#   controls: ["PCI DSS 4.0.1 8.2.1", "PCI DSS 4.0.1 8.2.2", "HIPAA 164.312(a)(2)(i)", "NIST SP 800-53r5 IA-4", "ISO/IEC 27001:2022 A.5.16"]
package patchops.people.account_shared

deny contains {
	"path": ["spec", "github", "id"],
	"message": $"person \"{other}\" has the same account {id}",
	"hint": "correct one of the two ids",
} if {
	id := input.spec.github.id
	some other, person in data.documents.Person._
	other != input.metadata.name
	person.spec.github.id == id
}
