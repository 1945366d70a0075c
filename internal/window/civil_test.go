package window

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestChecksOfCivilTexts(t *testing.T) {
	checks := Checks()
	for _, c := range []struct{ name, text, problem, hint string }{
		{"#Date", "2026-03-29", "", ""},
		{"#Date", "2024-02-29", "", ""},
		{"#Date", "2026-02-30", "February 2026 has 28 days", ""},
		{"#Date", "2100-02-29", "February 2100 has 28 days", ""},
		{"#Date", "2026-13-01", "month 13", ""},
		{"#Date", "2026-00-10", "month 0", ""},
		{"#Date", "2026-04-00", "April 2026 has 30 days", ""},
		{"#Date", "1969-12-31", "outside 1970 to 2100", ""},
		{"#Date", "2026-3-9", "not written YYYY-MM-DD", "2026-03-29"},
		{"#Date", "2026-03-29T00:00:00Z", "not written YYYY-MM-DD", `write "2026-03-29"`},
		{"#Clock", "00:00", "", ""},
		{"#Clock", "23:59", "", ""},
		{"#Clock", "24:00", "", ""},
		{"#Clock", "24:01", "hour 24", ""},
		{"#Clock", "23:60", "minute 60", ""},
		{"#Clock", "9:00", "not written HH:MM", `write "09:00"`},
		{"#Clock", "22:30:00", "not written HH:MM", ""},
		{"#LocalTime", "2026-03-08T02:30", "", ""},
		{"#LocalTime", "2026-03-08T02:30:15", "", ""},
		{"#LocalTime", "2026-03-08T24:00", "no time of that day", `write "2026-03-09T00:00"`},
		{"#LocalTime", "2026-03-08T02:30:00Z", "not written YYYY-MM-DDTHH:MM", `write "2026-03-08T02:30"`},
		{"#LocalTime", "2026-03-08 02:30", "not written", `write "2026-03-08T02:30"`},
		{"#LocalTime", "2026-03-08", "not written", `"2026-03-08T22:00"`},
		{"#LocalTime", "2026-02-29T02:30", "no day of the calendar", ""},
		{"#DateOrInstant", "2026-03-08", "", ""},
		{"#DateOrInstant", "2026-03-08T02:30:00Z", "", ""},
		{"#DateOrInstant", "2026-03-08T02:30", "RFC 3339", ""},
		{"#DateOrLocalTime", "2026-03-08", "", ""},
		{"#DateOrLocalTime", "2026-03-08T02:30", "", ""},
		{"#DateOrLocalTime", "2026-02-30", "no day of the calendar", ""},
		{"#WindowZone", "client", "", ""},
		{"#WindowZone", "Europe/Berlin", "", ""},
		{"#WindowZone", "Client", "unknown time zone", ""},
		{"#Period", "2026", "", ""},
		{"#Period", "2026-Q4", "", ""},
		{"#Period", "2026-Q5", "no year, quarter or month", "2026-Q1"},
		{"#Period", "2026-Q0", "no year, quarter or month", ""},
		{"#Period", "2026-13", "no year, quarter or month", ""},
		{"#Period", "0026", "outside 1970 to 2100", ""},
	} {
		problem, hint := checks[c.name](c.text)
		if (problem == "") != (c.problem == "") || !strings.Contains(problem, c.problem) || !strings.Contains(hint, c.hint) {
			t.Errorf("%s(%q) = %q, hint %q; want %q, hint %q", c.name, c.text, problem, hint, c.problem, c.hint)
		}
	}
}

func TestParsePeriodBounds(t *testing.T) {
	for text, want := range map[string][2]string{
		"2026":    {"2026-01-01", "2026-12-31"},
		"2024-Q1": {"2024-01-01", "2024-03-31"},
		"2026-Q4": {"2026-10-01", "2026-12-31"},
		"2024-02": {"2024-02-01", "2024-02-29"},
		"2100-12": {"2100-12-01", "2100-12-31"},
	} {
		p, err := ParsePeriod(text)
		if err != nil || p.First.String() != want[0] || p.Last.String() != want[1] {
			t.Errorf("ParsePeriod(%q) = %v to %v, %v", text, p.First, p.Last, err)
		}
	}
}

func TestCivilTextsComeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := Date(rapid.Int32Range(0, 47_846).Draw(t, "day"))
		l := d.At(Clock(rapid.Int32Range(0, daySeconds-1).Draw(t, "second")))
		if got, err := ParseDate(d.String()); err != nil || got != d {
			t.Fatalf("ParseDate(%v) = %v, %v", d, got, err)
		}
		if got, err := ParseLocal(l.String()); err != nil || got != l || l.Date() != d {
			t.Fatalf("ParseLocal(%v) = %v, %v", l, got, err)
		}
		u := time.Unix(int64(l), 0).UTC()
		if got := u.Weekday(); got != d.Weekday() {
			t.Fatalf("%v is a %v, not a %v", d, got, d.Weekday())
		}
		if got, err := ParseInstant(u.Format(time.RFC3339)); err != nil || !got.Equal(u) {
			t.Fatalf("ParseInstant(%v) = %v, %v", u, got, err)
		}
	})
}

// What is read here is what the standard library reads, less what is refused on
// purpose: it never gives another instant.
func FuzzInstant(f *testing.F) {
	for _, seed := range []string{"2026-03-29", "2026-02-30", "2026-03-29T22:00:00.5+02:00", "2026-03-29T02:30", "2100-12-31T24:00:00Z"} {
		f.Add(seed)
	}
	berlin, err := Zone("Europe/Berlin")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		from, err := InstantIn(text, berlin, From)
		if err != nil {
			return
		}
		until, err := InstantIn(text, berlin, Until)
		if err != nil || until.Before(from) {
			t.Fatalf("%q is from %v until %v, %v", text, from, until, err)
		}
		if std, err := time.Parse(time.RFC3339Nano, text); err == nil && !std.Equal(from) {
			t.Fatalf("%q is %v, the standard library reads %v", text, from, std)
		}
	})
}
