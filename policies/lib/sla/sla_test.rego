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

rule(match) := {"match": match, "within": "P7D", "anchor": "releasedAt", "clock": "calendar"}

patch := {"severity": "high", "releasedAt": "2026-03-06"}

listed := {"severity": "high", "releasedAt": "2026-03-06", "kev": {"addedAt": "2026-03-08"}, "ssvc": {"automatable": true, "impact": "total"}}

test_anchor if {
	sla.anchor(rule({}), patch) == "2026-03-06"
	sla.anchor(object.union(rule({}), {"anchor": "kevAdded"}), listed) == "2026-03-08"
	not sla.anchor(object.union(rule({}), {"anchor": "kevAdded"}), patch)
	not sla.anchor(object.union(rule({}), {"anchor": "detectedAt"}), listed)
	not sla.anchor(object.union(rule({}), {"clock": "business"}), listed)
}

test_severities if {
	sla.severities(rule({"severity": "high"})) == {"high"}
	sla.severities(rule({"severity": ["low", "high"]})) == {"low", "high"}
	sla.severities(rule({})) == {"critical", "high", "medium", "low", "none"}
}

test_exploited if {
	sla.anchor(rule({"kev": true}), listed)
	not sla.anchor(rule({"kev": true}), patch)
	sla.anchor(rule({"kev": false}), patch)
	not sla.anchor(rule({"kev": false}), listed)
}

test_decision_points if {
	sla.anchor(rule({"ssvc": {"automatable": true, "impact": "total"}}), listed)
	sla.anchor(rule({"ssvc": {"automatable": true, "impact": ["partial", "total"]}}), listed)
	sla.anchor(rule({"ssvc": {}}), listed)
	not sla.anchor(rule({"ssvc": {"automatable": false}}), listed)
	not sla.anchor(rule({"ssvc": {"automatable": true}}), patch)
	not sla.anchor(rule({"ssvc": {"impact": "partial"}}), listed)
	not sla.anchor(rule({"ssvc": {"impact": ["partial"]}}), listed)
}

test_due if sla.due(rule({}), "2026-03-06") == time.parse_rfc3339_ns("2026-03-13T00:00:00Z")
