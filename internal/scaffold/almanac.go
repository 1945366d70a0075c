package scaffold

import (
	"fmt"
	"text/template"
	"time"
)

// almanac answers the templates' questions about dates around one instant, in UTC.
// Days, months, quarters and years are counted from that instant: 0 is the current
// one, -1 the one before.
type almanac struct{ asOf time.Time }

func (a almanac) functions() template.FuncMap {
	return template.FuncMap{
		"day":          a.day,
		"instant":      a.instant,
		"ago":          a.ago,
		"month":        a.month,
		"monthEnd":     a.monthEnd,
		"quarter":      a.quarter,
		"year":         a.year,
		"on":           a.on,
		"nth":          a.nth,
		"patchTuesday": a.patchTuesday,
		"easter":       a.easter,
		"years":        func(n ...int) []int { return n },
	}
}

func (a almanac) midnight() time.Time { return a.asOf.Truncate(24 * time.Hour) }

func date(t time.Time) string { return t.Format(time.DateOnly) }

// day is the date n days from today.
func (a almanac) day(n int) string { return date(a.midnight().AddDate(0, 0, n)) }

// instant is a time of day, "08:15", on the date n days from today.
func (a almanac) instant(n int, clock string) string { return a.day(n) + "T" + clock + ":00Z" }

// ago is the instant so many hours before now.
func (a almanac) ago(hours int) string {
	return a.asOf.Truncate(time.Minute).Add(-time.Duration(hours) * time.Hour).Format(time.RFC3339)
}

func (a almanac) firstOfMonth(n int) time.Time {
	return time.Date(a.asOf.Year(), a.asOf.Month()+time.Month(n), 1, 0, 0, 0, 0, time.UTC)
}

func (a almanac) month(n int) string { return a.firstOfMonth(n).Format("2006-01") }

// monthEnd is the last date of the month.
func (a almanac) monthEnd(n int) string { return date(a.firstOfMonth(n+1).AddDate(0, 0, -1)) }

func (a almanac) quarter(n int) string {
	first := a.firstOfMonth(3 * n)
	return fmt.Sprintf("%d-Q%d", first.Year(), (int(first.Month())+2)/3)
}

// year counts from the year of a month ago, so that what began with "this year" has
// been in force for a while even in January.
func (a almanac) year(n int) int { return a.asOf.AddDate(0, 0, -31).Year() + n }

func weekday(name string) (time.Weekday, error) {
	for i, day := range []string{"SU", "MO", "TU", "WE", "TH", "FR", "SA"} {
		if day == name {
			return time.Weekday(i), nil
		}
	}
	return 0, fmt.Errorf("weekday %q is none of SU, MO, TU, WE, TH, FR, SA", name)
}

// on is the last date with that weekday at or before day n.
func (a almanac) on(name string, n int) (string, error) {
	want, err := weekday(name)
	if err != nil {
		return "", err
	}
	day := a.midnight().AddDate(0, 0, n)
	return date(day.AddDate(0, 0, -(int(day.Weekday()-want+7) % 7))), nil
}

// nth is the k-th weekday of a month (1-12) of year(n); k = -1 is the last one.
func (a almanac) nth(k int, name string, month, n int) (string, error) {
	want, err := weekday(name)
	if err != nil {
		return "", err
	}
	first := time.Date(a.year(n), time.Month(month), 1, 0, 0, 0, 0, time.UTC)
	day := first.AddDate(0, 0, int(want-first.Weekday()+7)%7+7*(k-1))
	if k < 0 {
		last := first.AddDate(0, 1, -1)
		day = last.AddDate(0, 0, -(int(last.Weekday()-want+7) % 7))
	}
	return date(day), nil
}

// patchTuesday is the second Tuesday of the month n months from this one.
func (a almanac) patchTuesday(n int) string {
	first := a.firstOfMonth(n)
	return date(first.AddDate(0, 0, int(time.Tuesday-first.Weekday()+7)%7+7))
}

// easter is the date so many days from Easter Sunday of year(n), by the anonymous
// Gregorian algorithm (Meeus, Astronomical Algorithms, chapter 8).
func (a almanac) easter(n, days int) string {
	y := a.year(n)
	c, g := y/100, y%19
	d := (19*g + c - c/4 - (c-(c+8)/25+1)/3 + 15) % 30
	e := (32 + 2*(c%4) + 2*(y%100/4) - d - y%100%4) % 7
	m := (g + 11*d + 22*e) / 451
	sum := d + e - 7*m + 114
	return date(time.Date(y, time.Month(sum/31), sum%31+1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, days))
}
