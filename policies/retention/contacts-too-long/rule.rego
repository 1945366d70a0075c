# METADATA
# title: Contacts are not kept for ever
# description: Names, phones and addresses belong to people. Once the agreement is over there is little reason to keep them, and every year makes a leak worse.
# scope: package
# schemas:
#   - input: schema.RetentionPolicy
# custom:
#   severity: warning
#   gate: document
#   controls: ["ISO/IEC 27001:2022 A.5.34", "ISO/IEC 27001:2022 A.8.10", "NIST SP 800-53r5 SI-12", "CIS Controls v8.1 3.4", "CIS Controls v8.1 3.5"]
#   parameters:
#     maximum: {type: duration, default: P1096D}
package patchops.retention.contacts_too_long

deny contains {
	"path": ["spec", "classes", i, "keep"],
	"message": $"contacts are kept for {kept.keep} after their agreement, at most {maximum} is wanted",
	"hint": "shorten it",
} if {
	maximum := data.parameters["retention/contacts-too-long"].maximum
	some i, kept in input.spec.classes
	kept.class == "contacts"
	patchops.seconds(kept.keep) > patchops.seconds(maximum)
}
