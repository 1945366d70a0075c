package patchops.evidence.protocol_test

import data.patchops.evidence.protocol

found(spec) := result if {
	result := protocol.deny with input as {"spec": spec}
}

test_by_hand if {
	found({"automated": false}) == {{
		"path": ["spec", "automated"],
		"message": "the test was run by hand and no digest names its protocol",
		"hint": "keep the protocol and add its digest",
	}}
}

test_protocol if count(found({"automated": false, "digest": "sha256:0000000000000000000000000000000000000000000000000000000000000000"})) == 0

test_automated if count(found({"automated": true})) == 0
