package report

import (
	"bytes"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	ics "github.com/arran4/golang-ical"
	"pgregory.net/rapid"
)

// calendars are iCalendar files that we write, with how many events each has.
func calendars(t testing.TB) map[string]struct {
	text   []byte
	events int
} {
	type file = struct {
		text   []byte
		events int
	}
	w, p := sampleWindows(t), smallPlan(t)
	return map[string]file{
		"windows": {writtenWindows(t, "ics", w), len(w.Occurrences) + len(w.Openings)},
		"plan":    {planned(t, "ics", p, Options{}), 4},
		"big":     {planned(t, "ics", bigPlan(t, 40), Options{}), 120},
		"none":    {writtenWindows(t, "ics", Windows{AsOf: fixtureAsOf}), 0},
	}
}

// TestCalendarsAreValid: a program of others reads what we wrote, every line fits,
// and nothing in it is a rule or a zone.
func TestCalendarsAreValid(t *testing.T) {
	for name, file := range calendars(t) {
		c, err := ics.ParseCalendar(bytes.NewReader(file.text))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if n := len(c.Events()); n != file.events {
			t.Errorf("%s: %d events, wanted %d", name, n, file.events)
		}
		seen := map[string]bool{}
		for _, e := range c.Events() {
			start, err1 := e.GetStartAt()
			end, err2 := e.GetEndAt()
			stamp, err3 := e.GetDtStampTime()
			if err1 != nil || err2 != nil || err3 != nil || !start.Before(end) || stamp.Unix() != fixtureAsOf {
				t.Errorf("%s: event from %v to %v, stamped %v (%v %v %v)", name, start, end, stamp, err1, err2, err3)
			}
			if seen[e.Id()] {
				t.Errorf("%s: two events have the UID %s", name, e.Id())
			}
			seen[e.Id()] = true
		}
		for line := range strings.SplitSeq(strings.TrimSuffix(string(file.text), "\r\n"), "\r\n") {
			if len(line) > 75 || !utf8.ValidString(line) || strings.ContainsAny(line, "\r\n") {
				t.Errorf("%s: line of %d octets: %q", name, len(line), line)
			}
		}
		for _, banned := range []string{"RRULE", "TZID", "VTIMEZONE"} {
			if bytes.Contains(file.text, []byte(banned)) {
				t.Errorf("%s holds %s", name, banned)
			}
		}
	}
}

// TestCalendarSaysTheInstantsItWasGiven reads an occurrence of WR1 back.
func TestCalendarSaysTheInstantsItWasGiven(t *testing.T) {
	c, err := ics.ParseCalendar(bytes.NewReader(writtenWindows(t, "ics", sampleWindows(t))))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"hudson: shifted": "2026-03-08T07:30:00Z", "hudson: clipped": "2026-03-08T07:00:00Z"}
	for _, e := range c.Events() {
		start, err := e.GetStartAt()
		if err != nil {
			t.Fatal(err)
		}
		summary := e.GetProperty(ics.ComponentPropertySummary).Value
		if start.Format(time.RFC3339) == want[summary] {
			delete(want, summary)
		}
	}
	if len(want) > 0 {
		t.Errorf("not found: %v", want)
	}
}

// TestUIDsStay: a session that lasts longer, or a window whose notes differ, keeps
// its UID, so that calendar programs replace it.
func TestUIDsStay(t *testing.T) {
	ids := func(text []byte) string {
		var out []string
		for line := range strings.SplitSeq(string(text), "\r\n") {
			if strings.HasPrefix(line, "UID:") {
				out = append(out, line)
			}
		}
		return strings.Join(out, "\n")
	}
	before, after := smallPlan(t), smallPlan(t)
	after.Schedule.AsOf += hour
	for i := range after.Schedule.Plans {
		for j := range after.Schedule.Plans[i].Placements {
			after.Schedule.Plans[i].Placements[j].End += 5 * minute
		}
	}
	if a, b := ids(planned(t, "ics", before, Options{})), ids(planned(t, "ics", after, Options{})); a != b || a == "" {
		t.Errorf("UIDs moved from\n%s\nto\n%s", a, b)
	}
}

// TestFoldedTextComesBack: any text survives escaping and folding, but for what
// Display shows otherwise.
func TestFoldedTextComesBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		c := newCalendar(fixtureAsOf, "x")
		c.add(event{uid: "u", start: 1, end: 2, summary: text, categories: "c"})
		var b bytes.Buffer
		if err := c.writeTo(&b); err != nil {
			t.Fatal(err)
		}
		unfolded := strings.ReplaceAll(b.String(), "\r\n ", "")
		_, rest, _ := strings.Cut(unfolded, "\r\nSUMMARY:")
		got, _, _ := strings.Cut(rest, "\r\n")
		got = strings.NewReplacer(`\\`, `\`, `\;`, ";", `\,`, ",", `\n`, "\n").Replace(got)
		lines := strings.Split(text, "\n")
		for i, l := range lines {
			lines[i] = Display(l)
		}
		if want := strings.Join(lines, "\n"); got != want {
			t.Fatalf("got %q, wanted %q", got, want)
		}
	})
}
