package window

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// window makes a window from words: zone, start, rule ("" for none), and its
// length ("PT2H") or end ("04:00"); options change the rest.
func newWindow(t testing.TB, zone, start, rule, length string, options ...func(*Window)) *Window {
	t.Helper()
	loc, err := Zone(zone)
	if err != nil {
		t.Fatal(err)
	}
	w := &Window{Zone: loc, Start: mustLocal(t, start)}
	if rule != "" {
		w.Rule = mustRule(t, rule)
	}
	if strings.HasPrefix(length, "P") {
		w.Length, err = Seconds(length)
	} else {
		w.End, err = ParseClock(length)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range options {
		o(w)
	}
	return w
}

func gap(g Gap) func(*Window)         { return func(w *Window) { w.Gap = g } }
func overlap(o Overlap) func(*Window) { return func(w *Window) { w.Overlap = o } }

func mustInstant(t testing.TB, text string) int64 {
	t.Helper()
	at, err := Instant(text, "UTC", "from")
	if err != nil {
		t.Fatal(err)
	}
	return at.Unix()
}

func stamp(at int64) string { return time.Unix(at, 0).UTC().Format("2006-01-02T15:04Z") }

// listed is what a window has between two instants, as "start/end notes" and, for
// what is left out, "nominal why".
func listed(t testing.TB, w *Window, from, to string) []string {
	t.Helper()
	return shown(w.Expand(mustInstant(t, from), mustInstant(t, to)))
}

func shown(e Expansion) []string {
	names := []string{"DST_GAP_SHIFTED", "DST_GAP_CLIPPED", "DST_OVERLAP", "LENGTH_CHANGED", "MOVED"}
	var out []string
	for _, o := range e.Occurrences {
		line := stamp(o.Start) + "/" + stamp(o.End)
		for bit, name := range names {
			if o.Notes&(1<<bit) != 0 {
				line += " " + name
			}
		}
		out = append(out, line)
	}
	for _, s := range e.Skipped {
		out = append(out, s.Nominal.String()+" "+s.Why)
	}
	return out
}

// Occurrences at the changes of clocks, to the instant.
func TestClockChanges(t *testing.T) {
	const ny, berlin = "America/New_York", "Europe/Berlin"
	sunday := func(o ...func(*Window)) *Window {
		return newWindow(t, ny, "2026-03-01T02:30", "FREQ=WEEKLY;BYDAY=SU", "PT2H", o...)
	}
	saturday := func(start, length string) *Window {
		return newWindow(t, ny, start, "FREQ=WEEKLY;BYDAY=SA", length)
	}
	daily := func(length string, o ...func(*Window)) *Window {
		return newWindow(t, berlin, "2026-01-01T02:30", "FREQ=DAILY", length, o...)
	}
	for _, c := range []struct {
		id       string
		w        *Window
		from, to string
		want     []string
	}{
		{"WR1 shift", sunday(), "2026-03-08", "2026-03-09", []string{"2026-03-08T07:30Z/2026-03-08T09:30Z DST_GAP_SHIFTED"}},
		{"WR1 skip", sunday(gap(GapSkip)), "2026-03-08", "2026-03-09", []string{"2026-03-08T02:30 DST_GAP_SKIPPED"}},
		{"WR1 clip", sunday(gap(GapClip)), "2026-03-08", "2026-03-09", []string{"2026-03-08T07:00Z/2026-03-08T09:00Z DST_GAP_CLIPPED"}},
		{"WR2 elapsed", saturday("2026-03-07T22:00", "PT6H"), "2026-03-08", "2026-03-09", []string{"2026-03-08T03:00Z/2026-03-08T09:00Z"}},
		{"WR2 wall", saturday("2026-03-07T22:00", "04:00"), "2026-03-08", "2026-03-09", []string{"2026-03-08T03:00Z/2026-03-08T08:00Z LENGTH_CHANGED"}},
		{"WR3 elapsed", saturday("2026-10-31T22:00", "PT6H"), "2026-11-01", "2026-11-02", []string{"2026-11-01T02:00Z/2026-11-01T08:00Z"}},
		{"WR3 wall", saturday("2026-10-31T22:00", "04:00"), "2026-11-01", "2026-11-02", []string{"2026-11-01T02:00Z/2026-11-01T09:00Z LENGTH_CHANGED"}},
		{"W4 shift", daily("PT1H"), "2026-03-29", "2026-03-30", []string{"2026-03-29T01:30Z/2026-03-29T02:30Z DST_GAP_SHIFTED"}},
		{"W4 clip", daily("PT1H", gap(GapClip)), "2026-03-29", "2026-03-30", []string{"2026-03-29T01:00Z/2026-03-29T02:00Z DST_GAP_CLIPPED"}},
		{"W4 skip", daily("PT1H", gap(GapSkip)), "2026-03-29", "2026-03-30", []string{"2026-03-29T02:30 DST_GAP_SKIPPED"}},
		{"W4 first", daily("PT1H"), "2026-10-25", "2026-10-26", []string{"2026-10-25T00:30Z/2026-10-25T01:30Z DST_OVERLAP"}},
		{"W4 second", daily("PT1H", overlap(OverlapSecond)), "2026-10-25", "2026-10-26", []string{"2026-10-25T01:30Z/2026-10-25T02:30Z DST_OVERLAP"}},
		{"W7 spring, elapsed", newWindow(t, berlin, "2026-03-29T00:00", "", "PT4H"), "2026-03-28", "2026-03-30", []string{"2026-03-28T23:00Z/2026-03-29T03:00Z"}},
		{"W7 spring, wall", newWindow(t, berlin, "2026-03-29T00:00", "", "04:00"), "2026-03-28", "2026-03-30", []string{"2026-03-28T23:00Z/2026-03-29T02:00Z LENGTH_CHANGED"}},
		{"W7 autumn, wall", newWindow(t, berlin, "2026-10-25T00:00", "", "04:00"), "2026-10-24", "2026-10-26", []string{"2026-10-24T22:00Z/2026-10-25T03:00Z LENGTH_CHANGED"}},
		{"WR40", newWindow(t, ny, "2026-01-01T02:30", "FREQ=DAILY", "03:00"), "2026-03-08", "2026-03-09", []string{"2026-03-08T02:30 DST_EMPTY"}},
		{"end in a gap", newWindow(t, berlin, "2026-03-29T01:00", "", "02:30"), "2026-03-28", "2026-03-30", []string{"2026-03-29T00:00Z/2026-03-29T01:00Z LENGTH_CHANGED"}},
		{"end in an overlap", newWindow(t, berlin, "2026-10-25T01:00", "", "02:30"), "2026-10-24", "2026-10-26", []string{"2026-10-24T23:00Z/2026-10-25T00:30Z"}},
		{"both in an overlap, first", newWindow(t, berlin, "2026-10-25T02:15", "", "02:45"), "2026-10-24", "2026-10-26", []string{"2026-10-25T00:15Z/2026-10-25T00:45Z DST_OVERLAP"}},
		{
			"both in an overlap, second", newWindow(t, berlin, "2026-10-25T02:15", "", "02:45", overlap(OverlapSecond)), "2026-10-24", "2026-10-26",
			[]string{"2026-10-25T01:15Z/2026-10-25T01:45Z DST_OVERLAP"},
		},
		{"two of one instant", newWindow(t, berlin, "2026-03-28T02:30", "FREQ=DAILY;BYHOUR=2,3", "PT1H"), "2026-03-29", "2026-03-30", []string{"2026-03-29T01:30Z/2026-03-29T02:30Z DST_GAP_SHIFTED"}},
		{
			"a day that Samoa skipped", newWindow(t, "Pacific/Apia", "2011-12-29T10:00", "FREQ=DAILY", "PT1H"), "2011-12-29", "2012-01-01",
			[]string{"2011-12-29T20:00Z/2011-12-29T21:00Z", "2011-12-30T20:00Z/2011-12-30T21:00Z DST_GAP_SHIFTED", "2011-12-31T20:00Z/2011-12-31T21:00Z"},
		},
		{"24:00", newWindow(t, berlin, "2026-10-25T00:00", "FREQ=DAILY", "24:00"), "2026-10-25", "2026-10-25T22:30:00Z", []string{"2026-10-24T22:00Z/2026-10-25T23:00Z LENGTH_CHANGED"}},
	} {
		if found := listed(t, c.w, c.from, c.to); !slices.Equal(found, c.want) {
			t.Errorf("%s:\n found %q\n want  %q", c.id, found, c.want)
		}
	}
}

// WR41: past the end of a zone's table, at once.
func TestWR41PastTheTable(t *testing.T) {
	w := newWindow(t, "America/New_York", "2026-12-31T22:00", "FREQ=YEARLY", "PT2H")
	for _, year := range []string{"2028", "2037", "2038", "2098"} {
		o, ok := w.Next(mustInstant(t, year+"-12-31"))
		if want := mustInstant(t, year+"-12-31T00:00:00Z") + daySeconds + 3*3600; !ok || o.Start != want {
			t.Errorf("%s: %v, %v, want %s", year, stamp(o.Start), ok, stamp(want))
		}
	}
}

// daysIn are the dates on which a window's occurrences start in a year, on its own
// clocks.
func daysIn(w *Window, year int) []string {
	var out []string
	from, to := dateOf(year, 1, 1).Start(w.Zone).Unix(), dateOf(year+1, 1, 1).Start(w.Zone).Unix()
	for _, o := range w.Expand(from, to).Occurrences {
		if o.Start >= from {
			out = append(out, LocalAt(o.Start, w.Zone).Date().String()[5:])
		}
	}
	return out
}

func TestDaysOfRules(t *testing.T) {
	plus := func(offset string) func(*Window) {
		return func(w *Window) {
			var err error
			if w.Offset, err = Seconds(offset); err != nil {
				t.Fatal(err)
			}
		}
	}
	without := func(texts ...string) func(*Window) {
		return func(w *Window) {
			for _, text := range texts {
				w.ExDates = append(w.ExDates, ExDate{At: mustLocal(t, text)})
			}
		}
	}
	make := func(start, rule string, o ...func(*Window)) *Window {
		return newWindow(t, "Europe/Berlin", start, rule, "PT4H", o...)
	}
	const afterTuesday = "01-16 02-13 03-13 04-17 05-15 06-12 07-17 08-14 09-11 10-16 11-13 12-11"
	for _, c := range []struct {
		id   string
		w    *Window
		year int
		want string
	}{
		{"WR7", make("2026-01-05T22:00", "FREQ=MONTHLY;BYDAY=5MO"), 2026, "03-30 06-29 08-31 11-30"},
		{"WR8 leap", make("2024-02-29T22:00", "FREQ=YEARLY"), 2028, "02-29"},
		{"WR8 common", make("2024-02-29T22:00", "FREQ=YEARLY"), 2026, ""},
		{"WR9", make("2026-01-01T22:00", "FREQ=MONTHLY;BYDAY=TU;BYSETPOS=2", plus("P3D")), 2026, afterTuesday},
		{"WR9 by day", make("2026-01-01T22:00", "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=11,12,13,14,15,16,17"), 2026, afterTuesday},
		{"WR9 is not 2FR", make("2026-01-01T22:00", "FREQ=MONTHLY;BYDAY=2FR"), 2026, "01-09 02-13 03-13 04-10 05-08 06-12 07-10 08-14 09-11 10-09 11-13 12-11"},
		{"WR12 count before exdate", make("2026-05-01T22:00", "FREQ=DAILY;COUNT=3", without("2026-05-02T22:00")), 2026, "05-01 05-03"},
		{"WR12 31st", make("2026-01-31T22:00", "FREQ=MONTHLY"), 2026, "01-31 03-31 05-31 07-31 08-31 10-31 12-31"},
		{"W9", make("2026-01-13T06:00", "FREQ=MONTHLY;BYDAY=2TU", plus("P5D")), 2026, "01-18 02-15 03-15 04-19 05-17 06-14 07-19 08-16 09-13 10-18 11-15 12-13"},
		{"offset backwards over a year", make("2026-01-01T22:00", "FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=1", plus("-P1D")), 2026, "12-31"},
		{"WR42", make("2025-07-08T22:00", "FREQ=WEEKLY;BYDAY=MO,FR,TH;BYSETPOS=1,2;COUNT=3"), 2025, "07-10 07-14 07-17"},
		{"week 1 begins on a Monday", make("2026-02-01T22:00", "FREQ=YEARLY;BYWEEKNO=1;BYDAY=MO"), 2027, "01-04"},
		{"week 1 of the year after", make("2026-02-01T22:00", "FREQ=YEARLY;BYWEEKNO=1;BYDAY=MO"), 2029, "01-01 12-31"},
		{"week 53", make("2026-02-01T22:00", "FREQ=YEARLY;BYWEEKNO=53;BYDAY=MO"), 2026, "12-28"},
		{"no week 53", make("2026-02-01T22:00", "FREQ=YEARLY;BYWEEKNO=53;BYDAY=MO"), 2027, ""},
		{"week 53 reaches over", make("2026-02-01T22:00", "FREQ=YEARLY;BYWEEKNO=53;BYDAY=SU"), 2027, "01-03"},
		{"the last week reaches over", make("2026-02-01T22:00", "FREQ=YEARLY;BYWEEKNO=-1;BYDAY=MO,SU"), 2027, "01-03 12-27"},
		{"week -53 is week 1 of 53", make("2026-01-01T22:00", "FREQ=YEARLY;BYWEEKNO=-53;BYDAY=FR"), 2026, "01-02"},
		{"until is a day", make("2026-01-01T22:00", "FREQ=DAILY;UNTIL=20260103"), 2026, "01-01 01-02 01-03"},
		{"until is no longer", make("2026-01-01T00:00", "FREQ=DAILY;UNTIL=20260103"), 2026, "01-01 01-02 01-03"},
		{"until before that day's start", make("2026-01-01T22:00", "FREQ=DAILY;UNTIL=20260103T215959"), 2026, "01-01 01-02"},
		{"until at an instant", make("2026-01-01T22:00", "FREQ=DAILY;UNTIL=20260103T210000Z"), 2026, "01-01 01-02 01-03"},
		{"until just before it", make("2026-01-01T22:00", "FREQ=DAILY;UNTIL=20260103T205959Z"), 2026, "01-01 01-02"},
		{"until ignores the offset", make("2026-01-01T22:00", "FREQ=DAILY;UNTIL=20260102T210000Z", plus("P7D")), 2026, "01-08 01-09"},
		{"exdate after the offset", make("2026-01-01T22:00", "FREQ=DAILY;COUNT=3", plus("P1D"), without("2026-01-02T22:00", "2026-01-01T22:00")), 2026, "01-03 01-04"},
		{"start that does not match", make("2026-01-01T22:00", "FREQ=MONTHLY;BYMONTHDAY=15;COUNT=2"), 2026, "01-15 02-15"},
	} {
		if found := strings.Join(daysIn(c.w, c.year), " "); found != c.want {
			t.Errorf("%s: found %s, want %s", c.id, found, c.want)
		}
	}
}

// RDATEs come before EXDATEs; a bare date drops what starts on it; a move takes
// one away and adds one; holidays are judged last.
func TestSingleStarts(t *testing.T) {
	at := func(text string) Local { return mustLocal(t, text) }
	day := func(text string) Date {
		d, err := ParseDate(text)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	for _, c := range []struct {
		id   string
		edit func(*Window)
		want string
	}{
		{"rdate", func(w *Window) { w.RDates = []Local{at("2026-05-20T08:00"), at("2026-05-02T22:00")} }, "05-01 05-02 05-03 05-04 05-20"},
		{"exdate drops an rdate", func(w *Window) {
			w.RDates, w.ExDates = []Local{at("2026-05-20T08:00")}, []ExDate{{At: at("2026-05-20T08:00")}}
		}, "05-01 05-02 05-03 05-04"},
		{"exdate of a day", func(w *Window) {
			w.RDates, w.ExDates = []Local{at("2026-05-02T01:00")}, []ExDate{{At: at("2026-05-02T00:00"), WholeDay: true}}
		}, "05-01 05-03 05-04"},
		{"exdate that misses", func(w *Window) { w.ExDates = []ExDate{{At: at("2026-05-02T21:00")}} }, "05-01 05-02 05-03 05-04"},
		{"move", func(w *Window) { w.Moves = []Move{{at("2026-05-02T22:00"), at("2026-05-09T22:00")}} }, "05-01 05-03 05-04 05-09"},
		{"move onto another", func(w *Window) { w.Moves = []Move{{at("2026-05-02T22:00"), at("2026-05-03T22:00")}} }, "05-01 05-03 05-04"},
		{"move nowhere", func(w *Window) { w.Moves = []Move{{at("2026-05-02T22:00"), at("2026-05-02T22:00")}} }, "05-01 05-02 05-03 05-04"},
		{"move nowhere of what is not there", func(w *Window) { w.Moves = []Move{{at("2026-05-09T22:00"), at("2026-05-09T22:00")}} }, "05-01 05-02 05-03 05-04"},
		{"move of what is not there", func(w *Window) { w.Moves = []Move{{at("2026-05-02T21:00"), at("2026-05-09T22:00")}} }, "05-01 05-02 05-03 05-04 05-09"},
		{"holidays skipped", func(w *Window) { w.OnHoliday, w.Holidays = HolidaySkip, []Date{day("2026-05-01"), day("2026-05-04")} }, "05-02 05-03"},
		{"holidays only", func(w *Window) { w.OnHoliday, w.Holidays = HolidayOnly, []Date{day("2026-05-01"), day("2026-05-14")} }, "05-01"},
		{"no holidays", func(w *Window) { w.OnHoliday = HolidayOnly }, ""},
		{"holidays kept", func(w *Window) { w.Holidays = []Date{day("2026-05-01")} }, "05-01 05-02 05-03 05-04"},
	} {
		w := newWindow(t, "Europe/Berlin", "2026-05-01T22:00", "FREQ=DAILY;COUNT=4", "PT4H", c.edit)
		if found := strings.Join(daysIn(w, 2026), " "); found != c.want {
			t.Errorf("%s: found %s, want %s", c.id, found, c.want)
		}
	}
}

func TestMovedIsSaid(t *testing.T) {
	w := newWindow(t, "Europe/Berlin", "2026-05-01T22:00", "FREQ=DAILY;COUNT=2", "PT4H")
	w.Moves = []Move{{mustLocal(t, "2026-05-02T22:00"), mustLocal(t, "2026-05-09T20:00")}}
	want := []string{"2026-05-01T20:00Z/2026-05-02T00:00Z", "2026-05-09T18:00Z/2026-05-09T22:00Z MOVED"}
	if found := listed(t, w, "2026-05-01", "2026-06-01"); !slices.Equal(found, want) {
		t.Errorf("found %q, want %q", found, want)
	}
}

// What comes to one instant carries the notes of all.
func TestNotesOfOneInstant(t *testing.T) {
	w := newWindow(t, "Europe/Berlin", "2026-03-28T02:30", "FREQ=DAILY", "PT1H")
	w.Moves = []Move{{mustLocal(t, "2026-03-28T02:30"), mustLocal(t, "2026-03-29T03:30")}}
	want := []string{"2026-03-29T01:30Z/2026-03-29T02:30Z DST_GAP_SHIFTED MOVED"}
	if found := listed(t, w, "2026-03-28", "2026-03-30"); !slices.Equal(found, want) {
		t.Errorf("found %q, want %q", found, want)
	}
}

// An UNTIL with Z is compared with the start before the offset, also where the
// clock skips that and not the one after it.
func TestUntilOfSkippedStart(t *testing.T) {
	for until, want := range map[string]int{"20260329T013000Z": 1, "20260329T012959Z": 0} {
		w := newWindow(t, "Europe/Berlin", "2026-03-29T02:30", "FREQ=DAILY;UNTIL="+until, "PT1H", gap(GapSkip))
		w.Offset = daySeconds
		if found := w.Expand(mustInstant(t, "2026-03-01"), mustInstant(t, "2026-05-01")); len(found.Occurrences) != want {
			t.Errorf("until %s: %q, want %d", until, shown(found), want)
		}
	}
}

// Nothing starts in 2100 or later, whatever says so.
func TestEndOfTime(t *testing.T) {
	for _, w := range []*Window{
		newWindow(t, "UTC", "2100-06-01T22:00", "FREQ=WEEKLY", "PT1H"),
		newWindow(t, "UTC", "2100-06-01T22:00", "FREQ=YEARLY;COUNT=3", "PT1H"),
		newWindow(t, "UTC", "2100-01-01T00:00", "", "PT1H"),
		newWindow(t, "UTC", "2099-12-31T00:00", "FREQ=DAILY;COUNT=1", "PT1H", func(w *Window) { w.Offset = daySeconds }),
		newWindow(t, "UTC", "2100-01-01T00:00", "", "PT1H", func(w *Window) { w.RDates = []Local{mustLocal(t, "2100-01-01T00:00")} }),
	} {
		if o, ok := w.Next(0); ok {
			t.Errorf("%+v occurs at %s", w, stamp(o.Start))
		}
	}
	last := newWindow(t, "UTC", "2099-12-30T23:59:59", "FREQ=DAILY", "PT1H")
	if o, ok := last.Next(EndOfTime - 1); !ok || o.Start != EndOfTime-1 {
		t.Errorf("the last second has %v, %v", o, ok)
	}
	if o, ok := last.Next(EndOfTime); ok {
		t.Errorf("2100 has %v", o)
	}
}

// Denies cover every reading of their start and end.
func TestHullAtClockChanges(t *testing.T) {
	const ny, berlin = "America/New_York", "Europe/Berlin"
	for _, c := range []struct {
		id       string
		w        *Window
		from, to string
		want     []string
	}{
		{"start in a gap", newWindow(t, ny, "2026-03-08T02:30", "", "PT2H", gap(GapSkip)), "2026-03-08", "2026-03-09", []string{"2026-03-08T07:00Z/2026-03-08T09:30Z"}},
		{"start in an overlap", newWindow(t, berlin, "2026-10-25T02:30", "", "PT2H"), "2026-10-24", "2026-10-26", []string{"2026-10-25T00:30Z/2026-10-25T03:30Z"}},
		{"end in an overlap", newWindow(t, berlin, "2026-10-25T01:00", "", "02:30"), "2026-10-24", "2026-10-26", []string{"2026-10-24T23:00Z/2026-10-25T01:30Z"}},
		{"end in a gap", newWindow(t, berlin, "2026-03-29T01:00", "", "02:30"), "2026-03-28", "2026-03-30", []string{"2026-03-29T00:00Z/2026-03-29T01:00Z"}},
		{"nothing left", newWindow(t, ny, "2026-03-08T02:30", "", "03:00"), "2026-03-08", "2026-03-09", nil},
		{"until between two readings", newWindow(t, berlin, "2026-10-25T02:30", "FREQ=DAILY;UNTIL=20261025T010000Z", "PT1H", overlap(OverlapSecond)), "2026-10-24", "2026-10-27", []string{"2026-10-25T00:30Z/2026-10-25T02:30Z"}},
		{"days that meet", newWindow(t, berlin, "2026-10-24T00:00", "FREQ=DAILY;COUNT=3", "24:00"), "2026-10-24", "2026-10-26", []string{"2026-10-24T00:00Z/2026-10-26T00:00Z"}},
	} {
		if found := stamps(c.w.Hull(mustInstant(t, c.from), mustInstant(t, c.to))); !slices.Equal(found, c.want) {
			t.Errorf("%s: found %q, want %q", c.id, found, c.want)
		}
	}
}
