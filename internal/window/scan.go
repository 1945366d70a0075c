package window

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// durationScanner reads P[nD][T[nH][nM][nS]] or PnW. Text is without a sign;
// whole is what messages show.
type durationScanner struct{ text, what, whole string }

// part is one number with its unit, "3D"; at and end are the offsets of both.
type part struct {
	n       int
	unit    byte
	at, end int
}

// unitSeconds are the lengths of units; those before the T and those after it.
var (
	dateUnits  = map[byte]int64{'W': 7 * daySeconds, 'D': daySeconds}
	clockUnits = map[byte]int64{'H': 3600, 'M': 60, 'S': 1}
)

func (s durationScanner) scan() (time.Duration, error) {
	date, clock, err := s.parts()
	if err != nil {
		return 0, err
	}
	if len(date)+len(clock) > 1 && strings.Contains(s.text, "W") {
		return 0, s.fail(strings.IndexByte(s.text, 'W'), "mixes weeks with other units", "write weeks as days")
	}
	days, err := s.sum(date, "WD", dateUnits)
	if err != nil {
		return 0, err
	}
	seconds, err := s.sum(clock, "HMS", clockUnits)
	if err != nil {
		return 0, err
	}
	// Nine digits of a unit overflow a time.Duration, but not a sum of seconds.
	if days+seconds > int64(MaxDuration/time.Second) {
		return 0, s.fail(0, "is longer than a century", "")
	}
	return time.Duration(days+seconds) * time.Second, nil
}

// parts splits a text at P and T into numbers with units.
func (s durationScanner) parts() (date, clock []part, err error) {
	if !strings.HasPrefix(s.text, "P") {
		return nil, nil, s.fail(0, "does not begin with P", s.formHint())
	}
	inClock := false
	for i := 1; i < len(s.text); {
		if s.text[i] == 'T' && !inClock {
			inClock = true
			i++
			continue
		}
		p, err := s.part(i)
		if err != nil {
			return nil, nil, err
		}
		if i = p.end + len(runeAt(s.text, p.end)); inClock {
			clock = append(clock, p)
		} else {
			date = append(date, p)
		}
	}
	if len(date)+len(clock) == 0 || inClock && len(clock) == 0 {
		return nil, nil, s.fail(len(s.text), "ends where a number is wanted", s.formHint())
	}
	return date, clock, nil
}

func (s durationScanner) part(at int) (part, error) {
	end := at
	for end < len(s.text) && s.text[end] >= '0' && s.text[end] <= '9' {
		end++
	}
	switch {
	case end == at:
		return part{}, s.fail(at, fmt.Sprintf("has %q where a number is wanted", runeAt(s.text, at)), s.formHint())
	case end == len(s.text):
		return part{}, s.fail(end, "ends without a unit", s.formHint())
	case s.text[end] == '.' || s.text[end] == ',':
		return part{}, s.fail(end, "holds a fraction", "write the next smaller unit, such as PT90M for one and a half hours")
	case end-at > 9:
		return part{}, s.fail(at, "has a number of more than nine digits", "")
	}
	return part{number(s.text[at:end]), s.text[end], at, end}, nil
}

// sum adds parts in seconds: each unit at most once, in the order given.
func (s durationScanner) sum(parts []part, order string, units map[byte]int64) (int64, error) {
	last, total := -1, int64(0)
	for _, p := range parts {
		i := strings.IndexByte(order, p.unit)
		switch {
		case i < 0 && order == "WD" && (p.unit == 'Y' || p.unit == 'M'):
			return 0, s.fail(p.end, "holds years or months, which have no fixed length", "write days such as P30D, or minutes such as PT30M")
		case i < 0:
			return 0, s.fail(p.end, fmt.Sprintf("has the unit %q where one of %s is wanted", runeAt(s.text, p.end), order), s.formHint())
		case i <= last:
			return 0, s.fail(p.at, fmt.Sprintf("has the unit %q twice or out of order", runeAt(s.text, p.end)), s.formHint())
		}
		last = i
		total += int64(p.n) * units[p.unit]
	}
	return total, nil
}

func (s durationScanner) fail(offset int, problem, hint string) error {
	offset += len(s.whole) - len(s.text)
	return &Error{Offset: offset, Problem: fmt.Sprintf("%s %q %s", s.what, s.whole, problem), Hint: hint}
}

// formHint guesses what was meant by the forms other tools read: "3d", "90 min".
func (s durationScanner) formHint() string {
	if guess := plainDuration(s.whole); guess != "" {
		return "write " + guess
	}
	return "write ISO 8601 such as PT4H (4 hours) or P3D (3 days)"
}

func plainDuration(text string) string {
	t := strings.TrimSpace(strings.ToLower(text))
	unit := strings.TrimLeft(t, "0123456789")
	n := strings.TrimSuffix(t, unit)
	if n == "" || len(n) > 9 {
		return ""
	}
	switch strings.TrimSpace(unit) {
	case "s", "sec", "second", "seconds":
		return "PT" + n + "S"
	case "m", "min", "minute", "minutes":
		return "PT" + n + "M"
	case "h", "hour", "hours":
		return "PT" + n + "H"
	case "d", "day", "days":
		return "P" + n + "D"
	case "w", "week", "weeks":
		return "P" + n + "W"
	}
	return ""
}

// runeAt is the character at an offset, for messages.
func runeAt(text string, offset int) string {
	_, size := utf8.DecodeRuneInString(text[offset:])
	return text[offset : offset+size]
}
