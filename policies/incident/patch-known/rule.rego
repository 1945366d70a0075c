# METADATA
# title: A patch for the hole behind an incident is known
# description: An incident names a vulnerability for which a patch is in the catalog. Installing it prevents the next one, and a problem makes sure that somebody does.
# scope: package
# schemas:
#   - input: schema.Incident
# custom:
#   severity: note
#   gate: document
#   controls: ["ISO/IEC 27001:2022 A.5.27", "NIST SP 800-53r5 IR-5", "CIS Controls v8.1 17.8", "ITIL 4 incident management", "ITIL 4 problem management", "NIST SP 800-53r5 SI-2", "CIS Controls v8.1 7.7"]
package patchops.incident.patch_known

deny contains {
	"path": ["spec", "cve"],
	"message": $"patch \"{name}\" closes {cve}",
	"hint": "open a Problem that names the patch, and plan it",
} if {
	cve := input.spec.cve
	not input.spec.problemRef
	some name, patch in data.documents.Patch._
	cve in patch.spec.cves
	not patch.spec.withdrawnAt
}
