package window

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestParseInstant(t *testing.T) {
	for text, want := range map[string]string{
		"2026-03-29T22:00:00Z":           "2026-03-29T22:00:00Z",
		"2026-03-29T22:00:00+02:00":      "2026-03-29T20:00:00Z",
		"2026-03-29T22:00:00.5-05:30":    "2026-03-30T03:30:00.5Z",
		"2026-03-29T22:00:00.123456789Z": "2026-03-29T22:00:00.123456789Z",
		"2024-02-29T00:00:00Z":           "2024-02-29T00:00:00Z",
	} {
		got, err := ParseInstant(text)
		if err != nil || got.Format(time.RFC3339Nano) != want {
			t.Errorf("ParseInstant(%q) = %v, %v", text, got, err)
		}
	}
}

func TestParseInstantRefuses(t *testing.T) {
	for text, hint := range map[string]string{
		"2026-03-29":                      `such as "2026-03-29T00:00:00Z"`,
		"2026-03-29T22:00:00":             `such as "2026-03-29T22:00:00Z"`,
		"2026-03-29 22:00:00Z":            `write "2026-03-29T22:00:00Z"`,
		"2026-03-29t22:00:00z":            `write "2026-03-29T22:00:00Z"`,
		"2026-03-29T22:00:00-00:00":       `write "2026-03-29T22:00:00Z"`,
		"2026-03-29T22:00Z":               "such as",
		"2026-02-30T00:00:00Z":            "",
		"2025-02-29T00:00:00Z":            "",
		"2026-03-29T22:00:60Z":            "",
		"2026-03-29T24:00:00Z":            `write "2026-03-30T00:00"`,
		"2026-03-29T22:00:00+24:00":       "",
		"2026-03-29T22:00:00.Z":           "",
		"2026-03-29T22:00:00.1234567890Z": "",
		"1969-12-31T23:59:59Z":            "",
		"2101-01-01T00:00:00Z":            "",
		"":                                "",
		"now":                             "",
	} {
		_, err := ParseInstant(text)
		problem, got := explain(err)
		if problem == "" || !strings.Contains(got, hint) {
			t.Errorf("ParseInstant(%q) = %q, hint %q, want %q", text, problem, got, hint)
		}
	}
}

// PF9: one meaning of a bare date, whichever reader it came through.
func TestDateBounds(t *testing.T) {
	for _, c := range []struct{ text, zone, from, until string }{
		{"2026-03-29", "", "2026-03-29T00:00:00Z", "2026-03-30T00:00:00Z"},
		{"2026-03-29", "Europe/Berlin", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"}, // 23 hours
		{"2026-10-25", "Europe/Berlin", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"}, // 25 hours
		{"2028-12-31", "America/New_York", "2028-12-31T05:00:00Z", "2029-01-01T05:00:00Z"},
		{"2026-04-24", "Africa/Cairo", "2026-04-23T22:00:00Z", "2026-04-24T21:00:00Z"},      // midnight in a gap: 01:00 is the first reading
		{"2018-11-04", "America/Sao_Paulo", "2018-11-04T03:00:00Z", "2018-11-05T02:00:00Z"}, // likewise
		{"2026-11-01", "America/Havana", "2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z"},    // midnight twice: the first
		{"2011-12-30", "Pacific/Apia", "2011-12-30T10:00:00Z", "2011-12-30T10:00:00Z"},      // a day that never was
		{"2011-12-31", "Pacific/Apia", "2011-12-30T10:00:00Z", "2011-12-31T10:00:00Z"},
		{"2026-03-29T12:00:00+02:00", "Asia/Tokyo", "2026-03-29T10:00:00Z", "2026-03-29T10:00:00Z"},
		{"2026-03-29T12:00", "Asia/Tokyo", "2026-03-29T03:00:00Z", "2026-03-29T03:00:00Z"},
		{"2026-03-29T02:30", "Europe/Berlin", "2026-03-29T01:00:00Z", "2026-03-29T01:00:00Z"}, // the gap's end
		{"2026-10-25T02:30", "Europe/Berlin", "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"}, // both readings
	} {
		for bound, want := range map[Bound]string{From: c.from, Until: c.until} {
			got, err := Instant(c.text, c.zone, string(bound))
			if err != nil || got.Format(time.RFC3339) != want {
				t.Errorf("Instant(%q, %q, %q) = %v, %v, want %s", c.text, c.zone, bound, got, err, want)
			}
		}
	}
	for _, c := range [][3]string{
		{"2026-02-30", "", "from"},
		{"2026-03-29", "Europe/Berln", "from"},
		{"2026-03-29", "UTC", "to"},
		{"2026-3-29", "UTC", "from"},
		{"29.03.2026", "UTC", "from"},
		{"", "UTC", "from"},
	} {
		if got, err := Instant(c[0], c[1], c[2]); err == nil {
			t.Errorf("Instant(%q) = %v", c, got)
		}
	}
}

// Readings against the zone data itself, all over the world and at every
// transition: each reading shows the local time, and none is missed.
func TestReadingsAreComplete(t *testing.T) {
	names := ZoneNames()
	rapid.Check(t, func(t *rapid.T) {
		loc, err := Zone(rapid.SampledFrom(names).Draw(t, "zone"))
		if err != nil {
			t.Fatal(err)
		}
		u := rapid.Int64Range(0, 131*366*daySeconds).Draw(t, "instant")
		u = nearTransition(u, loc) + rapid.Int64Range(-7200, 7200).Draw(t, "near")
		local := Local(u + int64(offsetAt(u, loc)))
		readings, found := local.Readings(loc), false
		for _, r := range readings {
			if got := r.Unix() + int64(offsetAt(r.Unix(), loc)); got != int64(local) {
				t.Fatalf("%v shows %v, not %v", r, Local(got), local)
			}
			found = found || r.Unix() == u
		}
		if !found {
			t.Fatalf("%v in %v: readings %v lack %v", local, loc, readings, time.Unix(u, 0).UTC())
		}
	})
}

// nearTransition is the last change of offset in the year before an instant, or
// the instant itself.
func nearTransition(u int64, loc *time.Location) int64 {
	for back := u; back > u-366*daySeconds && back > daySeconds; back -= daySeconds {
		if offsetAt(back, loc) != offsetAt(back-daySeconds, loc) {
			return back - daySeconds/2
		}
	}
	return u
}

// Days meet: the end of one is the start of the next, and they never run
// backwards, in any zone.
func TestDaysMeet(t *testing.T) {
	names := ZoneNames()
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.SampledFrom(names).Draw(t, "zone")
		d := Date(rapid.Int32Range(0, 47_845).Draw(t, "day"))
		until, err := Instant(d.String(), name, "until")
		if err != nil {
			t.Fatal(err)
		}
		next := d + 1
		from, err := Instant(next.String(), name, "from")
		if err != nil {
			t.Fatal(err)
		}
		start, _ := Instant(d.String(), name, "from")
		if !from.Equal(until) || until.Before(start) || until.Sub(start) > 49*time.Hour {
			t.Fatalf("%v in %s: %v to %v, next from %v", d, name, start, until, from)
		}
	})
}
