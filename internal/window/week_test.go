package window

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// office is Monday to Friday 08:00 to 18:00, closed on 2026-04-03 and 2026-04-06.
func office(t testing.TB, zone string) *Week {
	t.Helper()
	loc, err := Zone(zone)
	if err != nil {
		t.Fatal(err)
	}
	return &Week{
		Zone:   loc,
		Hours:  []Hours{{Days: [7]bool{false, true, true, true, true, true, false}, From: 8 * 3600, To: 18 * 3600}},
		Closed: []Date{dateOf(2026, 4, 3), dateOf(2026, 4, 6)},
	}
}

func stamps(s Spans) []string {
	var out []string
	for _, span := range s {
		out = append(out, stamp(span.Start)+"/"+stamp(span.End))
	}
	return out
}

func TestWeekSpans(t *testing.T) {
	all := [7]bool{true, true, true, true, true, true, true}
	berlin := office(t, "Europe/Berlin")
	week := func(h ...Hours) *Week { return &Week{Zone: berlin.Zone, Hours: h} }
	for _, c := range []struct {
		id       string
		w        *Week
		from, to string
		want     []string
	}{
		{"a weekend with holidays", berlin, "2026-04-02T12:00:00Z", "2026-04-07T12:00:00Z", []string{"2026-04-02T12:00Z/2026-04-02T16:00Z", "2026-04-07T06:00Z/2026-04-07T12:00Z"}},
		{"all the time, over a change", week(Hours{all, 0, daySeconds}), "2026-10-24T12:00:00Z", "2026-10-26T12:00:00Z", []string{"2026-10-24T12:00Z/2026-10-26T12:00Z"}},
		{"from and to the same", week(Hours{all, 28800, 28800}), "2026-03-28T12:00:00Z", "2026-03-30T12:00:00Z", []string{"2026-03-28T12:00Z/2026-03-30T12:00Z"}},
		{"past midnight", week(Hours{[7]bool{6: true}, 22 * 3600, 6 * 3600}), "2026-03-27T12:00:00Z", "2026-03-30T12:00:00Z", []string{"2026-03-28T21:00Z/2026-03-29T04:00Z"}},
		{"begins in a gap", week(Hours{all, 9000, 18000}), "2026-03-29T00:00:00Z", "2026-03-29T12:00:00Z", []string{"2026-03-29T01:00Z/2026-03-29T03:00Z"}},
		{"ends in an overlap", week(Hours{all, 0, 9000}), "2026-10-24T12:00:00Z", "2026-10-25T12:00:00Z", []string{"2026-10-24T22:00Z/2026-10-25T01:30Z"}},
		{"no hours", week(), "2026-10-24T12:00:00Z", "2026-10-25T12:00:00Z", nil},
		{"no time", berlin, "2026-04-02T12:00:00Z", "2026-04-02T12:00:00Z", nil},
	} {
		if found := stamps(c.w.Spans(mustInstant(t, c.from), mustInstant(t, c.to))); !slices.Equal(found, c.want) {
			t.Errorf("%s: found %q, want %q", c.id, found, c.want)
		}
	}
}

func TestBusinessDays(t *testing.T) {
	for _, w := range []*Week{office(t, "UTC"), {Closed: office(t, "UTC").Closed}} { // Monday to Friday by default
		for day, want := range map[int]bool{2: true, 3: false, 4: false, 5: false, 6: false, 7: true} {
			if found := w.BusinessDay(dateOf(2026, 4, day)); found != want {
				t.Errorf("2026-04-%02d with %d hours: %v, want %v", day, len(w.Hours), found, want)
			}
		}
	}
}

// The same local time on the n-th business day after; what is sent on another day
// counts from 00:00 of the next.
func TestAddDays(t *testing.T) {
	w := office(t, "Europe/Berlin")
	for _, c := range []struct {
		at   string
		n    int
		want string
	}{
		{"2026-04-01T10:15:00Z", 0, "2026-04-01T10:15Z"},
		{"2026-04-01T10:15:00Z", 1, "2026-04-02T10:15Z"},
		{"2026-04-01T10:15:00Z", 2, "2026-04-07T10:15Z"}, // over Good Friday to Easter Monday
		{"2026-04-04T10:15:00Z", 0, "2026-04-06T22:00Z"}, // Saturday: Tuesday 00:00
		{"2026-04-04T10:15:00Z", 1, "2026-04-07T22:00Z"},
		{"2026-04-01T21:59:00Z", 1, "2026-04-02T21:59Z"}, // 23:59 in Berlin
		{"2026-04-01T22:00:00Z", 1, "2026-04-06T22:00Z"}, // 00:00 of Thursday
		{"2026-03-27T10:00:00Z", 1, "2026-03-30T09:00Z"}, // the clocks go forward
	} {
		if found := stamp(w.AddDays(mustInstant(t, c.at), c.n)); found != c.want {
			t.Errorf("%d business days after %s: %s, want %s", c.n, c.at, found, c.want)
		}
	}
	never := &Week{Zone: w.Zone, Hours: []Hours{{From: 3600, To: 7200}}}
	if found := stamp(never.AddDays(mustInstant(t, "2026-04-01T10:15:00Z"), 3)); found < "2099-12-31" {
		t.Errorf("without business days: %s", found)
	}
}

// LatestFor is the other way round: notice then is in time (safety), and a second
// later it is not (liveness).
func TestLatestFor(t *testing.T) {
	w := office(t, "UTC")
	rapid.Check(t, func(t *rapid.T) {
		start := int64(dateOf(2026, 3, 1))*daySeconds + int64(rapid.IntRange(0, 60*daySeconds).Draw(t, "start"))
		n := rapid.IntRange(0, 12).Draw(t, "n")
		latest := w.LatestFor(start, n)
		if in := w.AddDays(latest, n); in > start {
			t.Fatalf("notice at %s with %d days allows %s, not %s", stamp(latest), n, stamp(in), stamp(start))
		}
		if in := w.AddDays(latest+1, n); in <= start {
			t.Fatalf("notice at %s with %d days still allows %s, which is not after %s", stamp(latest+1), n, stamp(in), stamp(start))
		}
	})
}
