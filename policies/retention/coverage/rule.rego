# METADATA
# title: Every class that auditors ask for is kept
# description: A class of records that no policy names is kept by chance. Auditors ask for the records of changes, problems and tests, and people have a right to know when their data go.
# scope: package
# schemas:
#   - input: schema.RetentionPolicy
# custom:
#   severity: warning
#   gate: document
#   controls: ["PCI DSS 4.0.1 10.5.1", "HIPAA 164.316(b)(2)(i)", "ISO/IEC 27001:2022 A.5.33", "NIST SP 800-53r5 SI-12", "CIS Controls v8.1 3.4"]
package patchops.retention.coverage

deny contains {
	"path": ["spec", "classes"],
	"message": $"no retention policy says how long {class} are kept",
	"hint": "add an entry for the class",
} if {
	some class in ({"records", "problems", "evidence", "contacts"} - kept)
}

kept := {entry.class |
	some policy in data.documents.RetentionPolicy._
	some entry in policy.spec.classes
}
