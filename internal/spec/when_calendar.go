package spec

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	ics "github.com/arran4/golang-ical"

	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/window"
)

// ReadCalendar reads the days of a HolidayCalendar from its root, sorted, each
// once. file gives the bytes of a file of the repository.
//
// A calendar with a timezone of its own has days of that zone; for a client in
// another they are the client's days at their noon. Without clientZone they stay
// as written.
func ReadCalendar(root *document.Value, clientZone string, file func(path string) ([]byte, bool)) []window.Date {
	v := root.Get("spec")
	var out []window.Date
	days := v.Get("days").Elements()
	for i := range days {
		if d, err := window.ParseDate(days[i].Get("date").Text()); err == nil {
			out = append(out, d)
		}
	}
	if path := v.Get("ics"); path != nil {
		if src, ok := file(path.Text()); ok {
			read, _ := ParseICalendar(src)
			out = append(out, read...)
		}
	}
	if zone := zoneName(v, clientZone); clientZone != "" && zone != clientZone {
		moveDays(out, zone, clientZone)
	}
	return sortedDays(out)
}

func sortedDays(days []window.Date) []window.Date {
	slices.Sort(days)
	return slices.Compact(days)
}

// moveDays turns days of one zone into those of another, by their noon.
func moveDays(days []window.Date, from, to string) {
	there, err := window.Zone(from)
	here, failed := window.Zone(to)
	if err != nil || failed != nil {
		return
	}
	for i, d := range days {
		noon := d.At(12*3600).In(there, window.From)
		days[i] = window.LocalAt(noon.Unix(), here).Date()
	}
}

// ParseICalendar reads the days of the whole-day events of an iCalendar file
// (RFC 5545), sorted, each once, up to 2099. Other events are not days, and
// cancelled ones are over. The error names the first event that cannot be read;
// the days are those of the others.
func ParseICalendar(src []byte) ([]window.Date, error) {
	calendar, err := ics.ParseCalendar(bytes.NewReader(src))
	if err != nil {
		return nil, fmt.Errorf("no iCalendar file: %w", err)
	}
	if !bytes.Contains(src, []byte("END:VCALENDAR")) { // the library does not mind
		return nil, errors.New("no iCalendar file, or not all of it: END:VCALENDAR is missing")
	}
	if err := tooMuch(calendar); err != nil {
		return nil, err
	}
	var days []window.Date
	var first error
	replaced := replacements(calendar)
	for _, e := range calendar.Events() {
		found, err := eventDays(e, replaced)
		if err != nil && first == nil {
			first = fmt.Errorf("event %q: %w", eventText(e, ics.ComponentPropertySummary), err)
		}
		if days = append(days, found...); len(days) > maxHolidays {
			return nil, fmt.Errorf("its events have more than %d days until 2099", maxHolidays)
		}
	}
	return sortedDays(days), first
}

// tooMuch says that a file has more events than holidays have: what each costs to
// read is bounded, and so is the whole.
func tooMuch(calendar *ics.Calendar) error {
	events, repeats := calendar.Events(), 0
	for _, e := range events {
		if eventText(e, ics.ComponentPropertyRrule)+eventText(e, "RECURRENCE-ID") != "" {
			repeats++
		}
	}
	if len(events) > maxEvents || repeats > maxRepeats {
		return fmt.Errorf("it has %d events, %d of which repeat or replace one that does: at most %d and %d are read", len(events), repeats, maxEvents, maxRepeats)
	}
	return nil
}

// replacements are the days, by UID, whose occurrences other events replace.
func replacements(calendar *ics.Calendar) map[string][]window.ExDate {
	out := map[string][]window.ExDate{}
	for _, e := range calendar.Events() {
		if d, ok := icsDate(eventText(e, "RECURRENCE-ID")); ok {
			uid := eventText(e, ics.ComponentPropertyUniqueId)
			out[uid] = append(out[uid], window.ExDate{At: d.At(0), WholeDay: true})
		}
	}
	return out
}

// eventDays are the days of one event; none where it has a time of day or is
// cancelled.
func eventDays(e *ics.VEvent, replaced map[string][]window.ExDate) ([]window.Date, error) {
	start, whole := icsDate(eventText(e, ics.ComponentPropertyDtStart))
	if !whole || eventText(e, ics.ComponentPropertyStatus) == "CANCELLED" {
		return nil, nil
	}
	length, err := eventLength(e, start)
	if err != nil {
		return nil, err
	}
	w := &window.Window{Zone: time.UTC, Start: start.At(0), Length: length, RDates: eventLocals(e, "RDATE")}
	if text := eventText(e, ics.ComponentPropertyRrule); text != "" {
		rule, err := window.ParseRule(text)
		if err != nil {
			return nil, err
		}
		if rule.ByHour != nil || rule.ByMinute != nil || rule.BySecond != nil {
			return nil, fmt.Errorf("rule %q has times of day, and the event lasts whole days", text)
		}
		w.Rule = &rule
		w.RDates = append(w.RDates, w.Start) // RFC 5545 3.8.5.3: DTSTART is the first, whether it matches or not
	}
	for _, l := range eventLocals(e, "EXDATE") {
		w.ExDates = append(w.ExDates, window.ExDate{At: l, WholeDay: true})
	}
	if eventText(e, "RECURRENCE-ID") == "" {
		w.ExDates = append(w.ExDates, replaced[eventText(e, ics.ComponentPropertyUniqueId)]...)
	}
	var out []window.Date
	for _, o := range w.Expand(0, window.EndOfTime).Occurrences {
		for t := max(o.Start, 0); t < min(o.End, window.EndOfTime); t += daySeconds {
			out = append(out, window.Local(t).Date())
		}
	}
	return out, nil
}

const daySeconds = 24 * 60 * 60

// Limits in days: of one event (school holidays, not an epoch), and of all events
// of a file over all years (every weekend is 14,000). And in events: of a file, and
// of those that repeat or replace an occurrence.
const (
	longestHoliday = 366
	maxHolidays    = 100_000
	maxEvents      = 20_000
	maxRepeats     = 300
)

// eventLength is how long a whole-day event lasts, in seconds: to its exclusive
// DTEND, or its DURATION, or one day.
func eventLength(e *ics.VEvent, start window.Date) (int64, error) {
	length := int64(daySeconds)
	if text := eventText(e, ics.ComponentPropertyDtEnd); text != "" {
		end, ok := icsDate(text)
		if !ok {
			return 0, fmt.Errorf("DTEND %q is no date", text)
		}
		length = int64(end-start) * daySeconds
	} else if text := eventText(e, ics.ComponentPropertyDuration); text != "" {
		d, err := window.ParseDuration(text)
		if err != nil {
			return 0, err
		}
		length = int64(d / time.Second)
	}
	if length > longestHoliday*daySeconds {
		return 0, fmt.Errorf("it lasts %d days, at most %d are read", length/daySeconds, longestHoliday)
	}
	return max(length, daySeconds), nil // some programs write an end that is the start
}

// eventLocals are the dates of a property that may be there more than once, each
// with a list.
func eventLocals(e *ics.VEvent, name string) []window.Local {
	var out []window.Local
	for i := range e.Properties {
		if !strings.EqualFold(e.Properties[i].IANAToken, name) {
			continue
		}
		for text := range strings.SplitSeq(e.Properties[i].Value, ",") {
			if d, ok := icsDate(text); ok {
				out = append(out, d.At(0))
			}
		}
	}
	return out
}

// eventText is a property of an event, "" for none. Names are the same in small
// letters (RFC 5545 1.2), which the library does not know.
func eventText(e *ics.VEvent, name ics.ComponentProperty) string {
	for i := range e.Properties {
		if strings.EqualFold(e.Properties[i].IANAToken, string(name)) {
			return strings.TrimSpace(e.Properties[i].Value)
		}
	}
	return ""
}

// icsDate reads YYYYMMDD. The library's own reading of times is not used: it
// takes the machine's zone.
func icsDate(text string) (window.Date, bool) {
	if len(text) != len("20060102") {
		return 0, false
	}
	t, err := time.Parse("20060102", text)
	if err != nil || t.Year() < 1583 || t.Year() > window.MaxYear {
		return 0, false
	}
	return window.Local(t.Unix()).Date(), true
}
