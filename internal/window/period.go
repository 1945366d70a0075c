package window

import (
	"fmt"
	"time"
)

// Period is a year, a quarter or a month: the days from First to Last, both
// included.
type Period struct{ First, Last Date }

// ParsePeriod reads "2026", "2026-Q1" or "2026-03".
func ParsePeriod(text string) (Period, error) {
	from, months := 0, 0
	switch {
	case fits(text, "0000"):
		from, months = 1, 12
	case fits(text, "0000-Q0"):
		from, months = 3*number(text[6:])-2, 3
	case fits(text, "0000-00"):
		from, months = number(text[5:]), 1
	}
	if from < 1 || from > 12 {
		return Period{}, &Error{Problem: fmt.Sprintf("period %q is no year, quarter or month", text), Hint: "write a period such as 2026, 2026-Q1 or 2026-03"}
	}
	year := number(text[:4])
	if year < MinYear || year > MaxYear {
		return Period{}, &Error{Problem: fmt.Sprintf("the year of %q is outside %d to %d", text, MinYear, MaxYear)}
	}
	first, _ := NewDate(year, time.Month(from), 1)
	days := 0
	for m := range months {
		days += monthDays(year, time.Month(from+m))
	}
	return Period{first, first + Date(days) - 1}, nil
}
