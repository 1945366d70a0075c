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

rule(match) := {"match": match}

patch := {"severity": "high", "releasedAt": "2026-03-06"}

listed := {"severity": "high", "releasedAt": "2026-03-06", "kev": {"addedAt": "2026-03-08"}, "ssvc": {"automatable": true, "impact": "total"}}

test_severity if {
	sla.takes(rule({"severity": "high"}), patch)
	sla.takes(rule({"severity": ["low", "high"]}), patch)
	not sla.takes(rule({"severity": "low"}), patch)
	not sla.takes(rule({"severity": ["low", "medium"]}), patch)
}

test_exploited if {
	sla.takes(rule({"kev": true}), listed)
	not sla.takes(rule({"kev": true}), patch)
	sla.takes(rule({"kev": false}), patch)
	not sla.takes(rule({"kev": false}), listed)
}

test_decision_points if {
	sla.takes(rule({"ssvc": {"automatable": true, "impact": "total"}}), listed)
	sla.takes(rule({"ssvc": {"automatable": true, "impact": ["partial", "total"]}}), listed)
	sla.takes(rule({"ssvc": {}}), listed)
	not sla.takes(rule({"ssvc": {"automatable": false}}), listed)
	not sla.takes(rule({"ssvc": {"automatable": true}}), patch)
	not sla.takes(rule({"ssvc": {"impact": "partial"}}), listed)
	not sla.takes(rule({"ssvc": {"impact": ["partial"]}}), listed)
}

test_coming if {
	first := {"within": "P7D", "anchor": "releasedAt", "clock": "calendar"}
	second := {"within": "P1D", "anchor": "kevAdded", "clock": "calendar"}
	policy := {"_": {"default": {"spec": {"rules": [first, second, {"within": "P7D", "anchor": "detectedAt", "clock": "calendar"}, {"within": "P9D", "anchor": "releasedAt", "clock": "business"}]}}}}
	march := {day: time.parse_rfc3339_ns($"{day}T00:00:00Z") | some day in ["2026-03-05", "2026-03-06", "2026-03-12"]}
	dates := {"releasedAt": object.filter(march, ["2026-03-05", "2026-03-06"]), "kevAdded": object.filter(march, ["2026-03-12"])}
	sla.coming("none", dates) == [
		[first, "2026-03-06", time.parse_rfc3339_ns("2026-03-13T00:00:00Z")],
		[second, "2026-03-12", time.parse_rfc3339_ns("2026-03-13T00:00:00Z")],
	] with data.documents.SLAPolicy as policy with data.asOf as "2026-03-12T00:00:00Z"
}
