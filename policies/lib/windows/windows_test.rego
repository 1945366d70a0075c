package patchops.lib.windows_test

import data.patchops.lib.windows

documents := {
	"ClientAgreement": {"acme": {"a": {"spec": {"effective": "2026-01-01", "windowRefs": ["nightly", "shared", "quiet", "servers"]}}}},
	"MaintenanceWindow": {
		"acme": {
			"nightly": {"spec": {"type": "allow", "start": "2026-01-01T22:30"}},
			"quiet": {"spec": {"type": "deny"}},
			"servers": {"spec": {"selector": {"matchLabels": {"class": "server"}}}},
			"loose": {"spec": {}},
		},
		"_": {"shared": {"spec": {"start": "2026-01-01T01:00"}}, "nightly": {"spec": {"start": "2026-01-01T02:00"}}},
	},
}

asof := "2026-03-12T09:00:00Z"

test_own_window_before_global if {
	windows.spec("acme", "nightly").start == "2026-01-01T22:30" with data.documents as documents
	windows.spec("acme", "shared").start == "2026-01-01T01:00" with data.documents as documents
	not windows.spec("acme", "none") with data.documents as documents
}

test_agreed if windows.agreed("acme") == {"nightly", "shared", "servers"} with data.documents as documents with data.asOf as asof

test_clock if windows.clock({"start": "2026-01-01T22:30:15"}) == "22:30"

# 2026-01-01 is a Thursday.
test_days if {
	windows.days({"start": "2026-01-01T22:00"}) == {"TH"}
	windows.days({"start": "2026-01-01T22:00", "recurrence": "FREQ=WEEKLY"}) == {"TH"}
	windows.days({"start": "2026-01-01T22:00", "recurrence": "FREQ=DAILY;INTERVAL=2"}) == {"MO", "TU", "WE", "TH", "FR", "SA", "SU"}
	windows.days({"start": "2026-01-01T22:00", "recurrence": "FREQ=MONTHLY;BYDAY=2TU,-1SU"}) == {"TU", "SU"}
	windows.days({"start": "2026-01-01T22:00", "recurrence": "FREQ=DAILY;BYDAY=MO"}) == {"MO"}
}

test_days_that_only_an_expansion_tells if {
	not windows.days({"start": "2026-01-01T22:00", "recurrence": "FREQ=MONTHLY;BYMONTHDAY=1"})
	not windows.days({"start": "2026-01-01T22:00", "recurrence": "FREQ=MONTHLY;BYDAY=2TU", "offset": "P3D"})
	not windows.days({"start": "2026-01-01T22:00", "recurrence": "FREQ=DAILY", "offset": "PT2H"})
	not windows.days({"start": "2026-01-01T22:00", "recurrence": "FREQ=WEEKLY", "offset": "PT2H"})
}

test_minutes if {
	windows.minutes({"duration": "PT1H30M"}) == 90
	not windows.minutes({"end": "04:00"})
}
