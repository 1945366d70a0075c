# METADATA
# title: A solved problem that comes back is open again
# description: An incident happened after the patch of its problem was deployed, and the problem still stands as solved. The patch did not help, and nobody is looking.
# scope: package
# schemas:
#   - input: schema.Incident
# custom:
#   severity: warning
#   gate: document
#   controls: ["ISO/IEC 27001:2022 A.5.27", "NIST SP 800-53r5 IR-5", "CIS Controls v8.1 17.8", "ITIL 4 incident management", "ITIL 4 problem management"]
package patchops.incident.recurred

deny contains {
	"path": ["spec", "problemRef"],
	"message": $"problem \"{input.spec.problemRef}\" came back at {input.spec.at}, after its patch was deployed, and is {problem.state}",
	"hint": "set the problem's state back to investigating",
} if {
	problem.state in {"resolved", "closed"}
	patchops.instant(input.spec.at, "", "from") >= patchops.instant(problem.deployedAt, "", "until")
}

# problem is that of the client, else a global one.
problem := found if found := data.documents.Problem[object.get(input.metadata, "client", "_")][input.spec.problemRef].spec

else := data.documents.Problem._[input.spec.problemRef].spec
