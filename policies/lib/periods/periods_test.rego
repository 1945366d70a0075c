package patchops.lib.periods_test

import data.patchops.lib.periods

at(text) := time.parse_rfc3339_ns(text)

test_begin if {
	periods.begin("2026") == at("2026-01-01T00:00:00Z")
	periods.begin("2026-Q1") == at("2026-01-01T00:00:00Z")
	periods.begin("2026-Q2") == at("2026-04-01T00:00:00Z")
	periods.begin("2026-Q3") == at("2026-07-01T00:00:00Z")
	periods.begin("2026-Q4") == at("2026-10-01T00:00:00Z")
	periods.begin("2026-11") == at("2026-11-01T00:00:00Z")
}

test_end if {
	periods.end("2026") == at("2027-01-01T00:00:00Z")
	periods.end("2026-Q4") == at("2027-01-01T00:00:00Z")
	periods.end("2026-Q1") == at("2026-04-01T00:00:00Z")
	periods.end("2026-02") == at("2026-03-01T00:00:00Z")
}

test_current if {
	periods.current("2026-Q1") with data.asOf as "2026-01-01T00:00:00Z"
	periods.current("2026-Q1") with data.asOf as "2026-03-31T23:59:59Z"
	not periods.current("2026-Q1") with data.asOf as "2025-12-31T23:59:59Z"
	not periods.current("2026-Q1") with data.asOf as "2026-04-01T00:00:00Z"
}

test_silence if {
	periods.silence("2026-Q1", set()) == 86400 with data.asOf as "2026-01-02T00:00:00Z"
	periods.silence("2026-Q1", {at("2026-01-01T23:00:00Z"), at("2026-01-01T10:00:00Z")}) == 3600 with data.asOf as "2026-01-02T00:00:00Z"
	periods.silence("2026-Q1", {at("2026-01-02T00:00:00Z")}) == 0 with data.asOf as "2026-01-02T00:00:00Z"
	periods.silence("2026-Q1", {at("2026-01-02T00:00:01Z")}) == 86400 with data.asOf as "2026-01-02T00:00:00Z"
	periods.silence("2026-Q1", {at("2025-12-31T00:00:00Z")}) == 86400 with data.asOf as "2026-01-02T00:00:00Z"
}

test_days if {
	periods.days(86400) == 1
	periods.days(86399) == 0
	periods.days((86400 * 2) - 1) == 1
}
