# METADATA
# title: A fix that did not help is taken up again
# description: A review found that a patch did not help, and its problem still stands as solved. Users go on living with it while reports say that it is gone.
# scope: package
# schemas:
#   - input: schema.Review
# custom:
#   severity: warning
#   gate: document
#   controls: ["ISO/IEC 27001:2022 A.5.27", "PCI DSS 4.0.1 6.5.2", "NIST SP 800-53r5 CM-4(2)", "NIST SP 800-40r4 3.6", "ITIL 4 continual improvement", "ITIL 4 problem management"]
package patchops.review.failed

deny contains {
	"path": ["spec", "verdict"],
	"message": $"the fix of problem \"{name}\" was found not to help, and the problem is {state}",
	"hint": "set the problem's state back to investigating",
} if {
	input.spec.type == "effectiveness"
	input.spec.verdict == "fail"
	[kind, client, name] := split(input.spec.subject, "/")
	kind == "Problem"
	state := data.documents.Problem[client][name].spec.state
	state in {"resolved", "closed"}
	not renewed
}

# renewed holds when a later review of the same subject is due or came out better.
renewed if {
	some review in data.documents.Review[object.get(input.metadata, "client", "_")]
	review.spec.type == "effectiveness"
	review.spec.subject == input.spec.subject
	patchops.instant(review.spec.due, "", "until") > patchops.instant(input.spec.due, "", "until")
}
