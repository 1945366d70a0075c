# METADATA
# title: Active clients have a baseline
# description: A client is served only once the versions that its machines must have at least are agreed, for without a baseline nobody can say whether a machine is up to date.
# scope: package
# schemas:
#   - input: schema.Client
# custom:
#   severity: error
#   gate: document
#   controls: ["NIST SP 800-53r5 CM-2", "ISO/IEC 27001:2022 A.8.9", "CIS Controls v8.1 4.1", "ITIL 4 service configuration management"]
package patchops.client.baselined

deny contains {
	"path": ["spec", "baselineRef"],
	"message": $"client \"{input.metadata.name}\" is active without a baseline",
	"hint": "set baselineRef to a Baseline, or keep the status at onboarding",
} if {
	input.spec.status == "active"
	not input.spec.baselineRef
}
