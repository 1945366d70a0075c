# METADATA
# title: Standard changes let patches ripen
# description: A standard change goes without being judged each time, so it installs only patches that have been out for some days, long enough for the vendor to withdraw a bad one.
# scope: package
# schemas:
#   - input: schema.PatchPlan
# custom:
#   severity: error
#   gate: document
#   controls: ["NIST SP 800-40r4 3.5.1", "PCI DSS 4.0.1 6.5.1", "ISO/IEC 27001:2022 A.8.32", "ITIL 4 change enablement"]
#   parameters:
#     days: {type: integer, default: 3, tighter: higher}
package patchops.plan.minimum_age

deny contains {
	"path": ["spec", "minimumAge"],
	"message": $"a standard change installs patches from an age of {age} on, at least {days} days are wanted",
	"hint": $"set minimumAge to P{days}D or more, or make it a normal change",
} if {
	input.spec.changeType == "standard"
	days := data.parameters["plan/minimum-age"].days
	age := stated
	patchops.seconds(age) < days * 86400
}

default stated := "PT0S"

stated := input.spec.minimumAge
