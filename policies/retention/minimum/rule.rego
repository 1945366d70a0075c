# METADATA
# title: Records outlive the audits that ask for them
# description: Auditors ask for the records of a year and more, and the law for those of several. What is deleted before cannot be shown, however well the work was done.
# scope: package
# schemas:
#   - input: schema.RetentionPolicy
# custom:
#   severity: error
#   gate: document
#   controls: ["PCI DSS 4.0.1 10.5.1", "HIPAA 164.316(b)(2)(i)", "ISO/IEC 27001:2022 A.5.33", "NIST SP 800-53r5 AU-11", "NIST SP 800-53r5 SI-12", "CIS Controls v8.1 8.10"]
#   parameters:
#     records: {type: duration, default: P365D}
#     problems: {type: duration, default: P365D}
#     evidence: {type: duration, default: P365D}
package patchops.retention.minimum

deny contains {
	"path": ["spec", "classes", i, "keep"],
	"message": $"{kept.class} are kept for {kept.keep}, at least {wanted} is wanted",
	"hint": "keep them longer",
} if {
	some i, kept in input.spec.classes
	wanted := least(kept.class)
	patchops.seconds(kept.keep) < patchops.seconds(wanted)
}

# least is how long a class must be kept; undefined for those that may go.
least("records") := data.parameters["retention/minimum"].records

least("problems") := data.parameters["retention/minimum"].problems

least("evidence") := data.parameters["retention/minimum"].evidence
