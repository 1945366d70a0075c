package patchops.lib.agreements_test

import data.patchops.lib.agreements

documents := {
	"Client": {"acme": {"acme": {"spec": {"timezone": "Europe/Berlin"}}}},
	"ClientAgreement": {"acme": {
		"old": {"spec": {"effective": "2025-01-01", "expires": "2025-12-31"}},
		"new": {"spec": {"effective": "2026-01-01", "expires": "2026-12-31"}},
		"next": {"spec": {"effective": "2027-01-01"}},
	}},
}

test_first_day if {
	agreements.names("acme") == ["old"] with data.documents as documents with data.asOf as "2025-12-31T22:59:59Z"
	agreements.names("acme") == ["new"] with data.documents as documents with data.asOf as "2025-12-31T23:00:00Z"
}

test_open_end if agreements.names("acme") == ["next"] with data.documents as documents with data.asOf as "2030-01-01T00:00:00Z"

test_before_all if agreements.names("acme") == [] with data.documents as documents with data.asOf as "2020-01-01T00:00:00Z"

test_terms if agreements.spec("acme").effective == "2026-01-01" with data.documents as documents with data.asOf as "2026-03-12T09:00:00Z"

test_no_terms if not agreements.spec("none") with data.documents as documents with data.asOf as "2026-03-12T09:00:00Z"

test_first_of_several if {
	both := {"acme": {"b": {"spec": {"effective": "2026-01-01", "expires": "2027-01-01"}}, "a": {"spec": {"effective": "2026-02-01"}}}}
	agreements.names("acme") == ["a", "b"] with data.documents.ClientAgreement as both with data.asOf as "2026-03-12T09:00:00Z"
	agreements.spec("acme").effective == "2026-02-01" with data.documents.ClientAgreement as both with data.asOf as "2026-03-12T09:00:00Z"
}

test_ended if {
	agreements.ended("acme", {"expires": "2026-03-11"}) with data.documents as documents with data.asOf as "2026-03-12T09:00:00Z"
	not agreements.ended("acme", {"expires": "2026-03-12"}) with data.documents as documents with data.asOf as "2026-03-12T09:00:00Z"
	not agreements.ended("acme", {}) with data.documents as documents with data.asOf as "2026-03-12T09:00:00Z"
}

signed(id, rest) := object.union({"id": id}, rest)

test_unsigned if {
	agreements.unsigned({"acknowledgements": [signed("costs", {}), signed("errors-possible", {"expires": "2020-01-01"})]}) == {"risk-of-not-patching", "services-unavailable"}
	count(agreements.unsigned({"acknowledgements": [signed(id, {}) | some id in agreements.warnings]})) == 0
	count(agreements.unsigned({"acknowledgements": []})) == 4
}

test_lapsed if {
	list := [
		signed("costs", {"expires": "2026-03-11"}),
		signed("errors-possible", {"expires": "2026-03-12"}),
		signed("services-unavailable", {"expires": "2026-03-11"}),
		signed("services-unavailable", {}),
		signed("risk-of-not-patching", {}),
	]
	agreements.lapsed("acme", {"acknowledgements": list}) == {0} with data.documents as documents with data.asOf as "2026-03-12T09:00:00Z"
	agreements.lapsed("acme", {"acknowledgements": list}) == {0, 1} with data.documents as documents with data.asOf as "2026-03-12T23:00:00Z"
}

test_contacts if {
	contacts := {"acme": {"a": {"spec": {}}, "b": {"spec": {"validUntil": "2026-03-11"}}}}
	terms := {"notice": {"contactRefs": ["a", "b", "c"]}, "emergency": {"contactRefs": ["b", "a"]}}
	agreements.told("acme", terms) == {"a"} with data.documents.Contact as contacts with data.asOf as "2026-03-12T09:00:00Z"
	agreements.asked("acme", terms) == {"a"} with data.documents.Contact as contacts with data.asOf as "2026-03-12T09:00:00Z"
	agreements.told("acme", {"notice": {"contactRefs": ["b"]}}) == set() with data.documents.Contact as contacts with data.asOf as "2026-03-12T09:00:00Z"
	agreements.asked("acme", {"emergency": {"contactRefs": []}}) == set() with data.documents.Contact as contacts with data.asOf as "2026-03-12T09:00:00Z"
}
