# METADATA
# title: One class is kept for one time
# description: Two entries for one class say different things, and nobody can tell which of them decides what is deleted.
# scope: package
# schemas:
#   - input: schema.RetentionPolicy
# custom:
#   severity: error
#   gate: document
#   controls: ["ISO/IEC 27001:2022 A.5.33", "NIST SP 800-53r5 SI-12", "CIS Controls v8.1 3.4"]
package patchops.retention.duplicate

deny contains {
	"path": ["spec", "classes", i, "class"],
	"message": $"an entry before this one says how long {kept.class} are kept",
	"hint": "keep one of the two",
} if {
	some i, kept in input.spec.classes
	some j, other in input.spec.classes
	j < i
	other.class == kept.class
}

deny contains {
	"path": ["spec", "classes", i, "class"],
	"message": $"retention policy \"{name}\" too says how long {kept.class} are kept",
	"hint": "keep one of the two",
} if {
	some i, kept in input.spec.classes
	some name, policy in data.documents.RetentionPolicy._
	name != input.metadata.name
	some other in policy.spec.classes
	other.class == kept.class
}
