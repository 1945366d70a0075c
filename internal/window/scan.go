package window

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// runeAt is the character at an offset, for messages.
func runeAt(text string, offset int) string {
	_, size := utf8.DecodeRuneInString(text[offset:])
	return text[offset : offset+size]
}

// elapsed reads an unsigned duration without years and months; whole is the
// text that messages show.
func elapsed(text, what, whole string) (time.Duration, error) {
	p, err := scanPeriod(text, what, whole)
	if err != nil {
		return 0, err
	}
	if p.Months > 0 {
		return 0, &Error{
			Problem: fmt.Sprintf("%s %q holds years or months, which have no fixed length", what, whole),
			Hint:    "write days, such as P30D",
		}
	}
	return time.Duration(p.Days)*24*time.Hour + p.Clock, nil
}

// part is one number with its unit, "3D": it begins at, and its unit stands at
// end, in bytes of the text.
type part struct {
	n       int
	unit    byte
	at, end int
}

// scanPeriod reads P[nY][nM][nD][T[nH][nM][nS]] or PnW.
func scanPeriod(text, what, whole string) (Period, error) {
	sc := durationScanner{text: text, what: what, whole: whole}
	date, clock, err := sc.parts()
	if err != nil {
		return Period{}, err
	}
	if len(date) == 1 && date[0].unit == 'W' && len(clock) == 0 {
		return sc.limited(Period{Days: 7 * date[0].n})
	}
	var p Period
	var seconds int64
	if err := sc.take(date, "YMD", func(unit byte, n int) {
		switch unit {
		case 'Y':
			p.Months += 12 * n
		case 'M':
			p.Months += n
		default:
			p.Days = n
		}
	}); err != nil {
		return Period{}, err
	}
	units := map[byte]int64{'H': 3600, 'M': 60, 'S': 1}
	if err := sc.take(clock, "HMS", func(unit byte, n int) { seconds += int64(n) * units[unit] }); err != nil {
		return Period{}, err
	}
	// Nine digits of hours would overflow a time.Duration.
	if seconds > int64(MaxDuration/time.Second) {
		return Period{}, sc.tooLong()
	}
	p.Clock = time.Duration(seconds) * time.Second
	return sc.limited(p)
}

type durationScanner struct{ text, what, whole string }

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
		p, next, err := s.part(i)
		if err != nil {
			return nil, nil, err
		}
		if i = next; inClock {
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

func (s durationScanner) part(at int) (part, int, error) {
	end := at
	for end < len(s.text) && s.text[end] >= '0' && s.text[end] <= '9' {
		end++
	}
	switch {
	case end == at:
		return part{}, 0, s.fail(at, fmt.Sprintf("has %q where a number is wanted", runeAt(s.text, at)), s.formHint())
	case end == len(s.text):
		return part{}, 0, s.fail(end, "ends without a unit", s.formHint())
	case s.text[end] == '.' || s.text[end] == ',':
		return part{}, 0, s.fail(end, "holds a fraction", "write the next smaller unit, such as PT90M for one and a half hours")
	case end-at > 9:
		return part{}, 0, s.fail(at, "has a number of more than nine digits", "")
	}
	return part{number(s.text[at:end]), s.text[end], at, end}, end + 1, nil
}

// take gives each part to use, in the order of units, each unit at most once.
func (s durationScanner) take(parts []part, units string, use func(unit byte, n int)) error {
	last := -1
	for _, p := range parts {
		i := strings.IndexByte(units, p.unit)
		switch {
		case p.unit == 'W':
			return s.fail(p.at, "mixes weeks with other units", "write weeks as days")
		case i < 0:
			return s.fail(p.at, fmt.Sprintf("has unit %q where one of %s is wanted", runeAt(s.text, p.end), units), s.formHint())
		case i <= last:
			return s.fail(p.at, fmt.Sprintf("has unit %q twice or out of order", runeAt(s.text, p.end)), s.formHint())
		}
		last = i
		use(p.unit, p.n)
	}
	return nil
}

func (s durationScanner) limited(p Period) (Period, error) {
	days := p.Clock / (24 * time.Hour)
	if p.Months > maxMonths || time.Duration(p.Days)+days >= MaxDuration/(24*time.Hour) {
		return Period{}, s.tooLong()
	}
	return p, nil
}

func (s durationScanner) tooLong() error { return s.fail(0, "is longer than a century", "") }

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
	end := 0
	for end < len(t) && t[end] >= '0' && t[end] <= '9' {
		end++
	}
	if end == 0 || end > 9 {
		return ""
	}
	n := t[:end]
	switch strings.TrimSpace(t[end:]) {
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
