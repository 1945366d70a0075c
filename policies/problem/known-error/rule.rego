# METADATA
# title: The service desk knows every known error
# description: A known error has a cause and a workaround, and a KnownError tells the service desk how to recognise it. Without them every caller starts from the beginning.
# scope: package
# schemas:
#   - input: schema.Problem
# custom:
#   severity: warning
#   gate: document
#   controls: ["ITIL 4 problem management", "ISO/IEC 27001:2022 A.5.27", "NIST SP 800-53r5 SI-2", "ITIL 4 knowledge management", "ITIL 4 service desk"]
package patchops.problem.known_error

import data.patchops.lib.clients

deny contains {
	"path": ["spec", "state"],
	"message": "the problem is a known error without a cause",
	"hint": "write rootCause",
} if {
	input.spec.state == "knownError"
	not input.spec.rootCause
}

deny contains {
	"path": ["spec", "state"],
	"message": "the problem is a known error without a workaround",
	"hint": "write workaround",
} if {
	input.spec.state == "knownError"
	not input.spec.workaround
}

deny contains {
	"path": ["spec", "state"],
	"message": "the problem is a known error and no KnownError tells the service desk",
	"hint": "add a KnownError whose problemRef is this problem",
} if {
	input.spec.state == "knownError"
	not told
}

told if {
	some known in data.documents.KnownError[clients.of(input)]
	known.spec.problemRef == input.metadata.name
}
