package window

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Bound says which end of a span a text names.
type Bound string

// The bounds: a bare date is the start of its day as From, and its end, the
// start of the next day, as Until.
const (
	From  Bound = "from"
	Until Bound = "until"
)

// ParseInstant reads an RFC 3339 instant: upper case, with seconds, optionally
// a fraction of at most nine digits, and Z or a known offset. Leap seconds are
// refused. The result is in UTC.
func ParseInstant(text string) (time.Time, error) {
	rest, ok := "", false
	if len(text) >= 19 && fits(text[:19], "0000-00-00T00:00:00") {
		rest, ok = text[19:], true
	}
	nanos, zone := fraction(rest)
	east, known := offset(zone)
	if !ok || !known {
		return time.Time{}, &Error{Problem: fmt.Sprintf("instant %q is not written as RFC 3339", text), Hint: instantHint(text)}
	}
	local, err := ParseLocal(text[:19])
	if err != nil {
		return time.Time{}, err
	}
	return time.Unix(int64(local)-int64(east), nanos).UTC(), nil
}

// fraction splits ".5Z" into nanoseconds and the rest; what is no fraction is
// left in the rest.
func fraction(text string) (nanos int64, rest string) {
	if !strings.HasPrefix(text, ".") {
		return 0, text
	}
	digits := 1
	for digits < len(text) && text[digits] >= '0' && text[digits] <= '9' {
		digits++
	}
	if digits == 1 || digits > 10 {
		return 0, text
	}
	nanos = int64(number(text[1:digits]))
	for range 10 - digits {
		nanos *= 10
	}
	return nanos, text[digits:]
}

// offset reads Z or +HH:MM into seconds east of UTC. -00:00 says that the
// offset is unknown (RFC 3339 4.3), so it is none.
func offset(text string) (seconds int, ok bool) {
	if text == "Z" {
		return 0, true
	}
	if text == "-00:00" || !fits(text, "+00:00") && !fits(text, "-00:00") {
		return 0, false
	}
	hours, minutes := number(text[1:3]), number(text[4:6])
	if hours > 23 || minutes > 59 {
		return 0, false
	}
	seconds = hours*3600 + minutes*60
	if text[0] == '-' {
		seconds = -seconds
	}
	return seconds, true
}

func instantHint(text string) string {
	t := strings.Replace(strings.ToUpper(text), " ", "T", 1)
	switch {
	case t != text:
		if _, err := ParseInstant(t); err == nil {
			return fmt.Sprintf("write %q", t)
		}
	case fits(t, "0000-00-00"):
		return fmt.Sprintf("write a time and an offset too, such as %q", t+"T00:00:00Z")
	case fits(t, "0000-00-00T00:00:00"):
		return fmt.Sprintf("write its offset too, such as %q", t+"Z")
	case strings.HasSuffix(t, "-00:00"):
		return fmt.Sprintf("write %q", strings.TrimSuffix(t, "-00:00")+"Z")
	}
	return fmt.Sprintf("write an instant such as %q", "2026-03-29T22:00:00Z")
}

// Instant reads a date, an RFC 3339 instant or a local time. Dates and local
// times are read in the zone of that name, "" for UTC. A date is resolved as its
// bound says, "from" or "until". A local time that occurs twice is its first reading as From
// and its second as Until, so that a span holds every reading of what was
// written; one in a gap is the gap's end.
func Instant(text, zone, bound string) (time.Time, error) {
	if bound != string(From) && bound != string(Until) {
		return time.Time{}, &Error{Problem: fmt.Sprintf("unknown bound %q, want %q or %q", bound, From, Until)}
	}
	loc := time.UTC
	if zone != "" {
		var err error
		if loc, err = Zone(zone); err != nil {
			return time.Time{}, err
		}
	}
	return InstantIn(text, loc, Bound(bound))
}

// InstantIn is Instant in a zone that is loaded already. The bound is From or
// Until.
func InstantIn(text string, loc *time.Location, bound Bound) (time.Time, error) {
	switch {
	case len(text) <= len("0000-00-00"):
		date, err := ParseDate(text)
		if err != nil {
			return time.Time{}, err
		}
		if bound == Until {
			date++
		}
		return date.Start(loc), nil
	case fits(text, "0000-00-00T00:00"), fits(text, "0000-00-00T00:00:00"):
		local, err := ParseLocal(text)
		if err != nil {
			return time.Time{}, err
		}
		return local.In(loc, bound), nil
	}
	return ParseInstant(text)
}

// Start is the first instant of the day in a zone. Where the clock skips
// midnight it is the first instant after the gap; where midnight occurs twice
// it is the first. So days meet without a gap or an overlap.
func (d Date) Start(loc *time.Location) time.Time { return d.At(0).In(loc, From) }

// In is the reading's instant in a zone: the first as From, the last as Until,
// and the end of the gap that skips it where there is none. The result is in
// UTC.
func (l Local) In(loc *time.Location, bound Bound) time.Time {
	readings := l.Readings(loc)
	switch {
	case len(readings) == 0:
		return l.gapEnd(loc)
	case bound == Until:
		return readings[len(readings)-1]
	}
	return readings[0]
}

// Offsets from UTC never leave this many seconds, in any zone since 1970.
const widest = 16 * 60 * 60

// Readings are the instants at which the clocks of a zone show the reading, in
// order: none in a gap, two in an overlap. They are in UTC.
//
// Every offset in force within reach is probed. time.Date is not asked: it
// picks a side of gaps and overlaps by itself.
func (l Local) Readings(loc *time.Location) []time.Time {
	var all []time.Time
	tried := make([]int, 0, 4)
	for probe := int64(l) - widest; probe <= int64(l)+widest; probe += 3600 {
		east := offsetAt(probe, loc)
		if slices.Contains(tried, east) {
			continue
		}
		tried = append(tried, east)
		if u := int64(l) - int64(east); offsetAt(u, loc) == east {
			all = append(all, time.Unix(u, 0).UTC())
		}
	}
	slices.SortFunc(all, time.Time.Compare)
	return all
}

// gapEnd is the first instant at which the clocks show a later reading, given
// that they never show this one.
func (l Local) gapEnd(loc *time.Location) time.Time {
	before, after := int64(l)-widest, int64(l)+widest
	for after-before > 1 {
		mid := before + (after-before)/2
		if mid+int64(offsetAt(mid, loc)) > int64(l) {
			after = mid
		} else {
			before = mid
		}
	}
	return time.Unix(after, 0).UTC()
}

func offsetAt(unix int64, loc *time.Location) int {
	_, east := time.Unix(unix, 0).In(loc).Zone()
	return east
}

// ParseDateOrInstant reads a date, as the start of its day in UTC, or an
// instant.
func ParseDateOrInstant(text string) (time.Time, error) {
	if len(text) <= len("0000-00-00") {
		date, err := ParseDate(text)
		return time.Unix(int64(date)*daySeconds, 0).UTC(), err
	}
	return ParseInstant(text)
}
