# METADATA
# title: Nothing rides along with an emergency
# description: "An emergency is approved within minutes, by few. What is no part of it waits for a change of its own."
# scope: package
# schemas:
#   - input: schema.change
# custom:
#   severity: warning
#   gate: change
#   controls: ["ISO/IEC 27001:2022 A.8.32", "NIST SP 800-53r5 CM-3", "PCI DSS 4.0.1 6.5.1", "ITIL 4 change enablement"]
package patchops.change.emergency_rider

import data.patchops.lib.changes

deny contains {
	"path": ["effect", "documents", i],
	"message": $"{entry.kind} \"{entry.name}\" is changed along with an emergency",
	"hint": "propose it apart",
} if {
	urgent := changes.emergencies(input)
	count(urgent) > 0
	some i, entry in input.effect.documents
	not i in urgent
	not entry.kind in parts
}

# parts are the kinds that belong to an emergency beside its plan: what it
# installs, why, how that was tried, and its review.
parts := {"Patch", "Bundle", "TestEvidence", "ValidationProcedure", "Problem", "Incident", "KnownError", "Review", "RiskAcceptance"}
