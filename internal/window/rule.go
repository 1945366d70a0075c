package window

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Frequency is the period of a rule (RFC 5545 3.3.10 FREQ).
type Frequency string

// The frequencies. Finer ones are refused: nothing here recurs within a day but
// by BYHOUR and BYMINUTE.
const (
	Daily   Frequency = "DAILY"
	Weekly  Frequency = "WEEKLY"
	Monthly Frequency = "MONTHLY"
	Yearly  Frequency = "YEARLY"
)

// Rule is a recurrence rule (RFC 5545 3.3.10), without its start. Lists are
// sets: sorted, without repetitions, and empty where the rule is silent. Negative
// numbers count from the end.
type Rule struct {
	Frequency  Frequency
	Interval   int     // 1 when not written
	Count      int     // 0 without
	Until      RuleEnd // zero without
	BySecond   []int
	ByMinute   []int
	ByHour     []int
	ByDay      []Weekday
	ByMonthDay []int
	ByYearDay  []int
	ByWeekNo   []int
	ByMonth    []int
	BySetPos   []int
	WeekStart  time.Weekday // Monday when not written
}

// Weekday is a day of BYDAY: the Ordinal-th of the month or year, all of them
// when it is 0.
type Weekday struct {
	Ordinal int
	Day     time.Weekday
}

// UntilForm says how an UNTIL was written.
type UntilForm uint8

// The forms of UNTIL: without one, a date (to the end of that day), a local
// time, and an instant in UTC that is compared with resolved starts.
const (
	NoUntil UntilForm = iota
	UntilDate
	UntilLocal
	UntilUTC
)

// RuleEnd is an UNTIL: the last start a rule may have, inclusive. At is the
// reading as written: the start of the day for a date, UTC for UntilUTC.
type RuleEnd struct {
	Form UntilForm
	At   Local
}

// weekdays are the names of RFC 5545, by time.Weekday.
var weekdays = [...]string{"SU", "MO", "TU", "WE", "TH", "FR", "SA"}

// ParseWeekday reads the name of a day as RFC 5545 has it, "MO".
func ParseWeekday(name string) (time.Weekday, bool) {
	i := slices.Index(weekdays[:], name)
	return time.Weekday(max(i, 0)), i >= 0
}

func (w Weekday) String() string {
	if w.Ordinal == 0 {
		return weekdays[w.Day]
	}
	return strconv.Itoa(w.Ordinal) + weekdays[w.Day]
}

// compareWeekdays orders days from Monday, then by ordinal.
func compareWeekdays(a, b Weekday) int {
	return cmp.Or(cmp.Compare((a.Day+6)%7, (b.Day+6)%7), cmp.Compare(a.Ordinal, b.Ordinal))
}

func (u RuleEnd) String() string {
	y, m, d := u.At.Date().Civil()
	date := fmt.Sprintf("%04d%02d%02d", y, m, d)
	c := u.At.Clock()
	clock := fmt.Sprintf("T%02d%02d%02d", c/3600, c/60%60, c%60)
	switch u.Form {
	case UntilDate:
		return date
	case UntilLocal:
		return date + clock
	case UntilUTC:
		return date + clock + "Z"
	}
	return ""
}

// String is the rule's canonical text: ParseRule reads the same rule from it.
// What is not written is left out, and so are INTERVAL=1 and WKST=MO.
func (r Rule) String() string {
	parts := []string{"FREQ=" + string(r.Frequency)}
	add := func(key, value string) {
		if value != "" {
			parts = append(parts, key+"="+value)
		}
	}
	if r.Interval > 1 {
		add("INTERVAL", strconv.Itoa(r.Interval))
	}
	if r.Count > 0 {
		add("COUNT", strconv.Itoa(r.Count))
	}
	add("UNTIL", r.Until.String())
	add("BYMONTH", joined(r.ByMonth))
	add("BYWEEKNO", joined(r.ByWeekNo))
	add("BYYEARDAY", joined(r.ByYearDay))
	add("BYMONTHDAY", joined(r.ByMonthDay))
	days := make([]string, len(r.ByDay))
	for i, d := range r.ByDay {
		days[i] = d.String()
	}
	add("BYDAY", strings.Join(days, ","))
	add("BYHOUR", joined(r.ByHour))
	add("BYMINUTE", joined(r.ByMinute))
	add("BYSECOND", joined(r.BySecond))
	add("BYSETPOS", joined(r.BySetPos))
	if r.WeekStart != time.Monday {
		add("WKST", weekdays[r.WeekStart])
	}
	return strings.Join(parts, ";")
}

func joined(numbers []int) string {
	texts := make([]string, len(numbers))
	for i, n := range numbers {
		texts[i] = strconv.Itoa(n)
	}
	return strings.Join(texts, ",")
}

// set sorts a list and drops repetitions.
func set[T any](list []T, compare func(a, b T) int) []T {
	slices.SortFunc(list, compare)
	return slices.CompactFunc(list, func(a, b T) bool { return compare(a, b) == 0 })
}
