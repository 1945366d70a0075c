package patchops.lib.moment_test

import data.patchops.lib.moment

noon := "2026-03-12T12:00:00Z"

test_begins_at_the_instant if {
	moment.begun("2026-03-12T12:00:00Z", "") with data.asOf as noon
	not moment.begun("2026-03-12T12:00:01Z", "") with data.asOf as noon
}

test_a_date_begins_with_its_day if {
	moment.begun("2026-03-12", "UTC") with data.asOf as noon
	not moment.begun("2026-03-13", "UTC") with data.asOf as noon
}

test_is_over_at_the_instant if {
	moment.over("2026-03-12T12:00:00Z", "") with data.asOf as noon
	not moment.over("2026-03-12T12:00:01Z", "") with data.asOf as noon
}

test_a_date_is_over_with_its_day if {
	moment.over("2026-03-11", "UTC") with data.asOf as noon
	not moment.over("2026-03-12", "UTC") with data.asOf as noon
}

test_a_date_is_over_in_its_zone if {
	moment.over("2026-03-12", "Asia/Tokyo") with data.asOf as "2026-03-12T15:00:00Z"
	not moment.over("2026-03-12", "Asia/Tokyo") with data.asOf as "2026-03-12T14:59:59Z"
}

test_counts_seconds_of_decades if moment.since("1970-01-01", "") == 1773316800 with data.asOf as noon

test_between if {
	moment.between("1970-01-01", "2026-03-11", "") == 1773273600
	moment.between("2026-03-29", "2026-03-29", "Europe/Berlin") == 82800
	moment.between("2026-03-12T09:00:00Z", "2026-03-12T08:59:59Z", "") == -1
}

test_counts_seconds if {
	moment.since("2026-03-12", "") == 43200 with data.asOf as noon
	moment.left("2026-03-12", "") == 43200 with data.asOf as noon
}
