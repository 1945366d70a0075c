package window

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Bounds of durations.
const (
	// MaxDuration is the longest duration or offset: a century.
	MaxDuration = 36525 * 24 * time.Hour
	// MaxLength is the longest a window may be open.
	MaxLength = 7 * 24 * time.Hour
	maxMonths = 1200
)

// Period is an ISO 8601 duration that may hold years and months, which have no
// fixed length: Months (12 a year) are added to a date first, then Days (7 a
// week), then Clock (hours, minutes and seconds).
type Period struct {
	Months int
	Days   int
	Clock  time.Duration
}

// ParseDuration reads a positive ISO 8601 duration of weeks, or of days, hours,
// minutes and seconds. It is elapsed time: a day is 24 hours.
func ParseDuration(text string) (time.Duration, error) {
	d, err := elapsed(text, "duration", text)
	if err != nil {
		return 0, err
	}
	if d == 0 {
		return 0, &Error{Problem: fmt.Sprintf("duration %q is zero, want more", text)}
	}
	return d, nil
}

// ParseLength reads the length of a window: a duration of at most 7 days.
func ParseLength(text string) (time.Duration, error) {
	d, err := ParseDuration(text)
	if err == nil && d > MaxLength {
		return 0, &Error{
			Problem: fmt.Sprintf("duration %q is longer than 7 days", text),
			Hint:    "write at most P7D, and let the window recur",
		}
	}
	return d, err
}

// ParseOffset reads a duration that may be negative ("-P1D") or zero.
func ParseOffset(text string) (time.Duration, error) {
	negative, unsigned := strings.HasPrefix(text, "-"), strings.TrimPrefix(text, "-")
	if !negative {
		unsigned = strings.TrimPrefix(text, "+")
	}
	d, err := elapsed(unsigned, "offset", text)
	if negative {
		d = -d
	}
	return d, err
}

// ParsePeriod reads a positive ISO 8601 duration that may hold years and months.
func ParsePeriod(text string) (Period, error) {
	p, err := scanPeriod(text, "period", text)
	if err != nil {
		return Period{}, err
	}
	if p == (Period{}) {
		return Period{}, &Error{Problem: fmt.Sprintf("period %q is zero, want more", text)}
	}
	return p, nil
}

// Seconds is the length of a duration or offset in seconds.
func Seconds(text string) (int64, error) {
	d, err := ParseOffset(text)
	return int64(d / time.Second), err
}

// FormatDuration writes a duration of whole seconds as ParseOffset reads it:
// days (of 24 hours), hours, minutes and seconds, "PT0S" for zero.
func FormatDuration(d time.Duration) string {
	if d < 0 {
		return "-" + FormatDuration(-d)
	}
	day := 24 * time.Hour
	return Period{Days: int(d / day), Clock: d % day}.String()
}

// String writes a period as ParsePeriod reads it, without weeks.
func (p Period) String() string {
	var b strings.Builder
	b.WriteByte('P')
	unit := func(n int, letter byte) {
		if n != 0 {
			b.WriteString(strconv.Itoa(n))
			b.WriteByte(letter)
		}
	}
	unit(p.Months/12, 'Y')
	unit(p.Months%12, 'M')
	unit(p.Days, 'D')
	if seconds := int(p.Clock / time.Second); seconds != 0 || b.Len() == 1 {
		b.WriteByte('T')
		unit(seconds/3600, 'H')
		unit(seconds/60%60, 'M')
		unit(seconds%60, 'S')
	}
	if b.Len() == 2 {
		b.WriteString("0S")
	}
	return b.String()
}
