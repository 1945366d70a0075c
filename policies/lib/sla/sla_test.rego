package patchops.lib.sla_test

import data.patchops.lib.sla

documents := {
	"ClientAgreement": {"acme": {"a": {"spec": {"effective": "2026-01-01", "slaPolicyRef": "strict"}}}, "beta": {"b": {"spec": {"effective": "2026-01-01"}}}},
	"SLAPolicy": {
		"_": {"default": {"spec": {"rules": [{"within": "P14D"}]}}, "strict": {"spec": {"rules": [{"within": "P9D"}]}}},
		"acme": {"strict": {"spec": {"rules": [{"within": "P7D"}]}}},
	},
}

rules(client) := found if found := sla.of(client) with data.documents as documents with data.asOf as "2026-03-12T09:00:00Z"

test_rules_of_the_client if rules("acme") == [{"within": "P7D"}]

test_default if rules("beta") == [{"within": "P14D"}]

test_no_agreement if rules("none") == [{"within": "P14D"}]

test_global_policy if sla.rules("beta", "strict") == [{"within": "P9D"}] with data.documents as documents

test_name if {
	sla.name({"slaPolicyRef": "strict"}) == "strict"
	sla.name({}) == "default"
}

test_nothing if not sla.of("acme") with data.documents as {} with data.asOf as "2026-03-12T09:00:00Z"
