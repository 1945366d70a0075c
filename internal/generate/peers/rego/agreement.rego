package main

warnings := {"errors-possible", "risk-of-not-patching", "services-unavailable", "costs"}

# Every warning is acknowledged in writing.
deny contains msg if {
	input.kind == "ClientAgreement"
	some id in (warnings - {a.id | some a in input.spec.acknowledgements})
	msg := sprintf("%s/%s: acknowledgement %s is missing", [input.metadata.client, input.metadata.name, id])
}
