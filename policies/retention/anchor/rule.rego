# METADATA
# title: Contacts are kept as long as their agreement, and then redacted
# description: Names and phone numbers are needed while an agreement lasts. Counted from the day they were written, they vanish while somebody must still be called; counted from the end of an agreement, nothing else ever begins to count.
# scope: package
# schemas:
#   - input: schema.RetentionPolicy
# custom:
#   severity: warning
#   gate: document
#   controls: ["ISO/IEC 27001:2022 A.5.34", "ISO/IEC 27001:2022 A.8.10", "NIST SP 800-53r5 SI-12", "CIS Controls v8.1 3.4"]
package patchops.retention.anchor

deny contains {
	"path": ["spec", "classes", i, "anchor"],
	"message": $"contacts are kept from {kept.anchor}, so they are redacted while their agreement lasts",
	"hint": "write agreementEnded",
} if {
	some i, kept in input.spec.classes
	kept.class == "contacts"
	kept.anchor != "agreementEnded"
}

deny contains {
	"path": ["spec", "classes", i, "anchor"],
	"message": $"{kept.class} are kept from the end of an agreement, which only contacts belong to",
	"hint": "write recordedAt or closedAt",
} if {
	some i, kept in input.spec.classes
	kept.class != "contacts"
	kept.anchor == "agreementEnded"
}
