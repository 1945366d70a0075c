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
)

// ParseDuration reads a positive ISO 8601 duration of weeks, or of days, hours,
// minutes and seconds. It is elapsed time: a day is 24 hours.
func ParseDuration(text string) (time.Duration, error) {
	d, err := ParseDurationOrZero(text)
	if err == nil && d == 0 {
		err = &Error{Problem: fmt.Sprintf("duration %q is zero, want more", text)}
	}
	return d, err
}

// ParseDurationOrZero reads what ParseDuration reads, and zero ("PT0S").
func ParseDurationOrZero(text string) (time.Duration, error) {
	if strings.HasPrefix(text, "-P") {
		return 0, &Error{Problem: fmt.Sprintf("duration %q is negative", text), Hint: fmt.Sprintf("write %s", text[1:])}
	}
	return durationScanner{text: text, what: "duration", whole: text}.scan()
}

// ParseLength reads the length of a window: a duration of at most 7 days.
func ParseLength(text string) (time.Duration, error) {
	d, err := ParseDuration(text)
	if err == nil && d > MaxLength {
		err = &Error{Problem: fmt.Sprintf("duration %q is longer than 7 days", text), Hint: "write at most P7D, and let the window recur"}
	}
	return d, err
}

// ParseOffset reads a duration that may be zero, or negative ("-P1D").
func ParseOffset(text string) (time.Duration, error) {
	unsigned, negative := strings.CutPrefix(text, "-")
	d, err := durationScanner{text: unsigned, what: "offset", whole: text}.scan()
	if negative {
		d = -d
	}
	return d, err
}

// Seconds is the length of a duration or offset in seconds.
func Seconds(text string) (int64, error) {
	d, err := ParseOffset(text)
	return int64(d / time.Second), err
}

// FormatDuration writes whole seconds as ParseOffset reads them: days (of 24
// hours), hours, minutes and seconds, "PT0S" for zero.
func FormatDuration(d time.Duration) string {
	if d < 0 {
		return "-" + FormatDuration(-d)
	}
	seconds := int64(d / time.Second)
	if seconds == 0 {
		return "PT0S"
	}
	var b strings.Builder
	b.WriteByte('P')
	unit := func(n int64, letter byte) {
		if n != 0 {
			b.WriteString(strconv.FormatInt(n, 10))
			b.WriteByte(letter)
		}
	}
	unit(seconds/daySeconds, 'D')
	if seconds %= daySeconds; seconds != 0 {
		b.WriteByte('T')
		unit(seconds/3600, 'H')
		unit(seconds/60%60, 'M')
		unit(seconds%60, 'S')
	}
	return b.String()
}
