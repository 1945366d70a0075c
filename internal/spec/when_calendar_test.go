package spec

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/window"
)

// calendarFile is an iCalendar file of events, each a list of its lines.
func calendarFile(events ...string) []byte {
	lines := []string{"BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//example//EN"}
	for _, e := range events {
		lines = append(append(append(lines, "BEGIN:VEVENT"), strings.Fields(e)...), "END:VEVENT")
	}
	return []byte(strings.Join(append(lines, "END:VCALENDAR", ""), "\r\n"))
}

func dates(days []window.Date, most int) string {
	var out []string
	for _, d := range days {
		if len(out) == most {
			return strings.Join(append(out, "..."), " ")
		}
		out = append(out, d.String())
	}
	return strings.Join(out, " ")
}

func TestHolidaysOfICalendar(t *testing.T) {
	for _, c := range []struct{ id, event, want string }{
		{"one day", "UID:a DTSTART;VALUE=DATE:20261225", "2026-12-25"},
		{"an exclusive end", "UID:a DTSTART;VALUE=DATE:20261225 DTEND;VALUE=DATE:20261227", "2026-12-25 2026-12-26"},
		{"an end at the start", "UID:a DTSTART;VALUE=DATE:20261225 DTEND;VALUE=DATE:20261225", "2026-12-25"},
		{"a duration", "UID:a DTSTART;VALUE=DATE:20261225 DURATION:P3D", "2026-12-25 2026-12-26 2026-12-27"},
		{"every year", "UID:a DTSTART;VALUE=DATE:20241225 RRULE:FREQ=YEARLY", "2024-12-25 2025-12-25 2026-12-25 ..."},
		{"since before 1970", "UID:a DTSTART;VALUE=DATE:16011225 RRULE:FREQ=YEARLY", "1970-12-25 1971-12-25 1972-12-25 ..."},
		{"a start that does not match", "UID:a DTSTART;VALUE=DATE:20260101 RRULE:FREQ=YEARLY;BYMONTH=5;BYDAY=-1MO;COUNT=1", "2026-01-01 2026-05-25"},
		{"without exceptions", "UID:a DTSTART;VALUE=DATE:20241225 RRULE:FREQ=YEARLY;COUNT=3 EXDATE;VALUE=DATE:20251225", "2024-12-25 2026-12-25"},
		{"with more dates", "UID:a DTSTART;VALUE=DATE:20241225 RDATE;VALUE=DATE:20250101,20250501", "2024-12-25 2025-01-01 2025-05-01"},
		{"small letters", "uid:a dtstart;value=date:20240501 rrule:FREQ=YEARLY;COUNT=2", "2024-05-01 2025-05-01"},
		{"a meeting", "UID:a DTSTART:20261225T100000Z DTEND:20261225T110000Z", ""},
		{"cancelled", "UID:a STATUS:CANCELLED DTSTART;VALUE=DATE:20261225", ""},
	} {
		days, err := ParseICalendar(calendarFile(c.event))
		if found := dates(days, 3); err != nil || found != c.want {
			t.Errorf("%s: found %s, %v, want %s", c.id, found, err, c.want)
		}
	}
	moved := calendarFile("UID:a DTSTART;VALUE=DATE:20240501 RRULE:FREQ=YEARLY;COUNT=3", "UID:a RECURRENCE-ID;VALUE=DATE:20250501 DTSTART;VALUE=DATE:20250502")
	if days, err := ParseICalendar(moved); err != nil || dates(days, 9) != "2024-05-01 2025-05-02 2026-05-01" {
		t.Errorf("a replaced occurrence: %v, %v", days, err)
	}
}

// What cannot be read is said; the rest is read.
func TestUnreadableICalendar(t *testing.T) {
	for _, c := range []struct {
		id, want string
		days     int
		src      []byte
	}{
		{"no calendar", "no iCalendar file", 0, []byte("name,date\nChristmas,2026-12-25\n")},
		{"empty", "no iCalendar file", 0, nil},
		{"a rule of RFC 7529", "SKIP is not allowed", 1, calendarFile("UID:a SUMMARY:Leap DTSTART;VALUE=DATE:20240229 RRULE:FREQ=YEARLY;SKIP=BACKWARD", "UID:b DTSTART;VALUE=DATE:20261225")},
		{"an epoch", "at most 366 are read", 0, calendarFile("UID:a DTSTART;VALUE=DATE:20240229 DTEND;VALUE=DATE:20990101")},
		{"every hour", "has times of day", 0, calendarFile("UID:a DTSTART;VALUE=DATE:20240229 RRULE:FREQ=DAILY;BYHOUR=1,2")},
		{"every day, thrice", "more than 100000 days", 0, calendarFile("UID:a DTSTART;VALUE=DATE:19700101 RRULE:FREQ=DAILY", "UID:b DTSTART;VALUE=DATE:19700101 RRULE:FREQ=DAILY", "UID:c DTSTART;VALUE=DATE:19700101 RRULE:FREQ=DAILY")},
		{"half a file", "END:VCALENDAR is missing", 0, []byte("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n")},
		{"an end that is none", `DTEND "soon" is no date`, 0, calendarFile("UID:a DTSTART;VALUE=DATE:20240229 DTEND:soon")},
	} {
		days, err := ParseICalendar(c.src)
		if err == nil || !strings.Contains(err.Error(), c.want) || len(days) != c.days {
			t.Errorf("%s: found %v, %v, want %s", c.id, days, err, c.want)
		}
	}
}

// A file from a stranger costs a second or two at most, whatever it says: events that
// repeat are searched for their days until 2099, and there are only so many.
func TestICalendarLimits(t *testing.T) {
	never := "UID:a DTSTART;VALUE=DATE:19700101 RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"
	replaced := "UID:a RECURRENCE-ID;VALUE=DATE:20260101 DTSTART;VALUE=DATE:20260101"
	for _, c := range []struct {
		id, event string
		most      int
	}{
		{"events that repeat", never, 300},
		{"replaced occurrences", replaced, 300},
		{"events", "UID:a DTSTART;VALUE=DATE:20260101", 20_000},
	} {
		for _, n := range []int{c.most, c.most + 1} {
			begin := time.Now()
			_, err := ParseICalendar(calendarFile(slices.Repeat([]string{c.event}, n)...))
			if refused := err != nil; refused != (n > c.most) {
				t.Errorf("%d %s: %v", n, c.id, err)
			}
			if took := time.Since(begin); took > 30*time.Second {
				t.Errorf("%d %s took %v", n, c.id, took)
			}
		}
	}
}

func calendarDocument(t *testing.T, spec string) *document.Document {
	t.Helper()
	return documents(t, "c.yaml", "apiVersion: patchops.dev/v1alpha1\nkind: HolidayCalendar\nmetadata: {name: de}\nspec: {"+spec+"}\n")[0]
}

func TestReadCalendar(t *testing.T) {
	none := func(string) ([]byte, bool) { return nil, false }
	file := func(path string) ([]byte, bool) {
		return calendarFile("UID:a DTSTART;VALUE=DATE:20261225"), path == "catalog/de.ics"
	}
	const days = "days: [{date: 2026-12-26, name: b}, {date: 2026-12-25, name: a}]"
	for _, c := range []struct{ id, spec, zone, want string }{
		{"sorted", days, "Europe/Berlin", "2026-12-25 2026-12-26"},
		{"in its own zone", days + ", timezone: Europe/Berlin", "America/New_York", "2026-12-25 2026-12-26"},
		{"across the date line", days + ", timezone: Pacific/Auckland", "America/Los_Angeles", "2026-12-24 2026-12-25"},
		{"a file", "ics: catalog/de.ics", "Europe/Berlin", "2026-12-25"},
		{"no file", "ics: catalog/fr.ics", "Europe/Berlin", ""},
	} {
		read := file
		if c.id == "no file" {
			read = none
		}
		if found := dates(ReadCalendar(&calendarDocument(t, c.spec).Root, c.zone, read), 9); found != c.want {
			t.Errorf("%s: found %s, want %s", c.id, found, c.want)
		}
	}
}

func FuzzICalendar(f *testing.F) {
	f.Add(calendarFile("UID:a SUMMARY:Christmas DTSTART;VALUE=DATE:20261225 RRULE:FREQ=YEARLY EXDATE;VALUE=DATE:20271225"))
	f.Add(calendarFile("UID:a DTSTART;VALUE=DATE:20261225 DTEND;VALUE=DATE:20261227 STATUS:CANCELLED", "UID:a RECURRENCE-ID:20261225 DTSTART:20261226"))
	f.Fuzz(func(t *testing.T, src []byte) {
		days, _ := ParseICalendar(src)
		for i, d := range days {
			if i > 0 && days[i-1] >= d || d < 0 {
				t.Fatalf("%v is not sorted, or before 1970", days)
			}
		}
	})
}
