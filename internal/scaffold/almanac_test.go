package scaffold

import (
	"testing"
	"time"
)

func at(t *testing.T, text string) almanac {
	t.Helper()
	instant, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return almanac{instant}
}

func TestAlmanac(t *testing.T) {
	must := func(date string, err error) string {
		if err != nil {
			t.Error(err)
		}
		return date
	}
	march, leap, january := at(t, "2026-03-12T09:00:00Z"), at(t, "2028-02-29T23:59:00Z"), at(t, "2027-01-05T00:00:00Z")
	for _, c := range []struct{ what, got, want string }{
		{"three days on", march.day(3), "2026-03-15"},
		{"a leap day and a year", leap.day(366), "2029-03-01"},
		{"a time of day", march.instant(-5, "08:15"), "2026-03-07T08:15:00Z"},
		{"hours ago", march.ago(10), "2026-03-11T23:00:00Z"},
		{"the month before January", january.month(-1), "2026-12"},
		{"a short month after a long one", at(t, "2026-01-31T12:00:00Z").month(1), "2026-02"},
		{"the end of the month", leap.monthEnd(0), "2028-02-29"},
		{"the quarter", march.quarter(0), "2026-Q1"},
		{"the quarter before", march.quarter(-1), "2025-Q4"},
		{"the Sunday before", must(march.on("SU", 0)), "2026-03-08"},
		{"today, a Thursday", must(march.on("TH", 0)), "2026-03-12"},
		{"Thanksgiving", must(march.nth(4, "TH", 11, 0)), "2026-11-26"},
		{"patch Tuesday", march.patchTuesday(0), "2026-03-10"},
		{"patch Tuesday of a month that begins on one", march.patchTuesday(6), "2026-09-08"},
		{"Memorial Day", must(march.nth(-1, "MO", 5, 0)), "2026-05-25"},
		{"Easter", march.easter(0, 0), "2026-04-05"},
		{"Easter Monday of the year after", march.easter(1, 1), "2027-03-29"},
		{"a late Easter", almanac{time.Date(2038, 6, 1, 0, 0, 0, 0, time.UTC)}.easter(0, 0), "2038-04-25"},
	} {
		if c.got != c.want {
			t.Errorf("%s: %s, wanted %s", c.what, c.got, c.want)
		}
	}
	if got := january.year(0); got != 2026 {
		t.Errorf("the year in early January is %d, wanted the one that has been on for a while", got)
	}
	if _, err := march.on("Sunday", 0); err == nil {
		t.Error("no error for an unknown weekday")
	}
}
