package window

import (
	"fmt"
	"strings"
	"time"
)

// Years that dates, local times and instants may have, both inclusive.
const (
	MinYear = 1970
	MaxYear = 2100
)

const daySeconds = 24 * 60 * 60

// Date is a day of the calendar, counted from 1970-01-01.
type Date int32

// Local is a wall clock reading without a zone, in seconds since
// 1970-01-01T00:00:00 on that clock.
type Local int64

// Clock is a time of day in seconds since midnight; 86400 is the day's end.
type Clock int32

// NewDate returns a date, and whether the calendar has it.
func NewDate(year int, month time.Month, day int) (Date, bool) {
	t := time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	y, m, d := t.Date()
	return Date(t.Unix() / daySeconds), y == year && m == month && d == day && year >= MinYear
}

// Civil is the date's year, month and day.
func (d Date) Civil() (year int, month time.Month, day int) {
	return time.Unix(int64(d)*daySeconds, 0).UTC().Date()
}

// Weekday is the date's day of the week.
func (d Date) Weekday() time.Weekday { return time.Weekday(((int(d)+4)%7 + 7) % 7) }

// At is the date's wall clock reading at a time of day.
func (d Date) At(c Clock) Local { return Local(int64(d)*daySeconds + int64(c)) }

func (d Date) String() string {
	y, m, day := d.Civil()
	return fmt.Sprintf("%04d-%02d-%02d", y, m, day)
}

// Date is the day of the reading.
func (l Local) Date() Date { return Date(floorDiv(int64(l), daySeconds)) }

// Clock is the time of day of the reading.
func (l Local) Clock() Clock { return Clock(int64(l) - int64(l.Date())*daySeconds) }

// String is YYYY-MM-DDTHH:MM, with :SS only where there are seconds.
func (l Local) String() string { return l.Date().String() + "T" + l.Clock().String() }

// String is HH:MM, with :SS only where there are seconds.
func (c Clock) String() string {
	s := fmt.Sprintf("%02d:%02d", c/3600, c/60%60)
	if c%60 != 0 {
		s += fmt.Sprintf(":%02d", c%60)
	}
	return s
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// ParseDate reads YYYY-MM-DD, a real day of a year in range.
func ParseDate(text string) (Date, error) {
	if !fits(text, "0000-00-00") {
		return 0, &Error{Problem: fmt.Sprintf("date %q is not written YYYY-MM-DD", text), Hint: dateHint(text)}
	}
	year, month, day := number(text[:4]), number(text[5:7]), number(text[8:])
	switch {
	case year < MinYear || year > MaxYear:
		return 0, &Error{Problem: fmt.Sprintf("the year of %q is outside %d to %d", text, MinYear, MaxYear)}
	case month < 1 || month > 12:
		return 0, &Error{Offset: 5, Problem: fmt.Sprintf("date %q has month %d, want 01 to 12", text, month)}
	}
	d, exists := NewDate(year, time.Month(month), day)
	if !exists {
		return 0, &Error{Offset: 8, Problem: fmt.Sprintf("%q is no day of the calendar: %s %d has %d days",
			text, time.Month(month), year, monthDays(year, time.Month(month)))}
	}
	return d, nil
}

func monthDays(year int, month time.Month) int {
	return time.Date(year, month+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

func dateHint(text string) string {
	if len(text) > 10 && fits(text[:10], "0000-00-00") {
		return fmt.Sprintf("write %q", text[:10])
	}
	return fmt.Sprintf("write a date such as %q", "2026-03-29")
}

// ParseLocal reads YYYY-MM-DDTHH:MM or YYYY-MM-DDTHH:MM:SS, without a zone.
func ParseLocal(text string) (Local, error) {
	if !fits(text, "0000-00-00T00:00") && !fits(text, "0000-00-00T00:00:00") {
		return 0, &Error{Problem: fmt.Sprintf("local time %q is not written YYYY-MM-DDTHH:MM", text), Hint: localHint(text)}
	}
	date, err := ParseDate(text[:10])
	if err != nil {
		return 0, err
	}
	clock, err := timeOfDay(text, 11)
	if err != nil {
		return 0, err
	}
	if clock == daySeconds {
		return 0, &Error{
			Offset: 11, Problem: fmt.Sprintf("local time %q is no time of that day", text),
			Hint: fmt.Sprintf("write %q", (date + 1).At(0)),
		}
	}
	return date.At(clock), nil
}

func localHint(text string) string {
	if _, err := ParseInstant(text); err == nil {
		return fmt.Sprintf("leave out the offset: write %q, the zone stands beside it", text[:16])
	}
	if fits(text, "0000-00-00") {
		return fmt.Sprintf("write a time too, such as %q", text+"T22:00")
	}
	if fits(strings.Replace(text, " ", "T", 1), "0000-00-00T00:00") {
		return fmt.Sprintf("write %q", strings.Replace(text, " ", "T", 1))
	}
	return fmt.Sprintf("write a local time such as %q", "2026-03-29T22:00")
}

// ParseClock reads HH:MM from 00:00 to 24:00, the end of the day.
func ParseClock(text string) (Clock, error) {
	if !fits(text, "00:00") {
		e := &Error{Problem: fmt.Sprintf("time of day %q is not written HH:MM", text)}
		if fits(text, "0:00") {
			e.Hint = fmt.Sprintf("write %q", "0"+text)
		}
		return 0, e
	}
	return timeOfDay(text, 0)
}

// timeOfDay reads HH:MM or HH:MM:SS from an offset; the form is checked already.
func timeOfDay(text string, offset int) (Clock, error) {
	hour, minute, second := number(text[offset:offset+2]), number(text[offset+3:offset+5]), 0
	if len(text) > offset+5 {
		second = number(text[offset+6 : offset+8])
	}
	switch {
	case hour == 24 && minute == 0 && second == 0:
		return daySeconds, nil
	case hour > 23:
		return 0, &Error{Offset: offset, Problem: fmt.Sprintf("%q has hour %d, want 00 to 23", text, hour)}
	case minute > 59:
		return 0, &Error{Offset: offset + 3, Problem: fmt.Sprintf("%q has minute %d, want 00 to 59", text, minute)}
	case second > 59:
		return 0, &Error{Offset: offset + 6, Problem: fmt.Sprintf("%q has second %d, want 00 to 59", text, second)}
	}
	return Clock(hour*3600 + minute*60 + second), nil
}

// fits reports whether a text has a form's length, digits where the form has 0,
// and the form's characters elsewhere.
func fits(text, form string) bool {
	if len(text) != len(form) {
		return false
	}
	for i := range len(form) {
		if form[i] == '0' && (text[i] < '0' || text[i] > '9') || form[i] != '0' && text[i] != form[i] {
			return false
		}
	}
	return true
}

// number reads decimal digits, at most nine.
func number(digits string) int {
	n := 0
	for i := range len(digits) {
		n = n*10 + int(digits[i]-'0')
	}
	return n
}
