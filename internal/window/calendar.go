package window

import (
	"slices"
	"time"
)

// endDate is 2100-01-01: no occurrence starts on it or later.
const endDate Date = 47_482

// endOfTime is the start of endDate, as a reading.
const endOfTime = Local(endDate) * daySeconds

// EndOfTime is 2100-01-01T00:00:00Z, in seconds since 1970: what has no end ends
// then.
const EndOfTime = int64(endOfTime)

// days says on which days a rule recurs, apart from BYSETPOS. It is the
// conjunction of the rule's parts; what the rule is silent about is taken from
// the start (RFC 5545 3.3.10).
type days struct {
	rule      *Rule
	months    []int
	monthDays []int
	weekdays  []Weekday
	inMonth   bool // ordinals count within the month, not the year
}

func newDays(r *Rule, start Local) days {
	d := days{rule: r, months: r.ByMonth, monthDays: r.ByMonthDay, weekdays: r.ByDay}
	d.inMonth = r.Frequency == Monthly || r.ByMonth != nil
	if r.ByWeekNo != nil || r.ByYearDay != nil || r.ByMonthDay != nil || r.ByDay != nil {
		return d
	}
	_, month, day := start.Date().Civil()
	switch r.Frequency {
	case Yearly:
		if d.months == nil {
			d.months = []int{int(month)}
		}
		d.monthDays = []int{day}
	case Monthly:
		d.monthDays = []int{day}
	case Weekly:
		d.weekdays = []Weekday{{Day: start.Date().Weekday()}}
	}
	return d
}

// on reports whether the rule recurs on a day.
func (d *days) on(date Date) bool {
	c := civilOf(date)
	return (d.months == nil || slices.Contains(d.months, int(c.month))) &&
		(d.monthDays == nil || either(d.monthDays, c.day, c.day-c.monthLength()-1)) &&
		(d.rule.ByYearDay == nil || either(d.rule.ByYearDay, c.yearDay, c.yearDay-c.yearLength()-1)) &&
		(d.weekdays == nil || d.weekday(c)) &&
		(d.rule.ByWeekNo == nil || d.week(c))
}

// either reports whether a list holds one of two numbers: a place from the start,
// or the same from the end.
func either(list []int, a, b int) bool { return slices.Contains(list, a) || slices.Contains(list, b) }

func (d *days) weekday(c civil) bool {
	place, length := c.yearDay, c.yearLength()
	if d.inMonth {
		place, length = c.day, c.monthLength()
	}
	for _, w := range d.weekdays {
		if w.Day == c.weekday && (w.Ordinal == 0 || w.Ordinal == (place-1)/7+1 || w.Ordinal == -((length-place)/7+1)) {
			return true
		}
	}
	return false
}

// week judges the number of the day's week, counted from either end of the year
// that the week belongs to: the one that holds four of its days or more.
func (d *days) week(c civil) bool {
	year := c.year
	first := firstWeek(year, d.rule.WeekStart)
	if next := firstWeek(year+1, d.rule.WeekStart); c.date >= next {
		year, first = year+1, next
	} else if c.date < first {
		year--
		first = firstWeek(year, d.rule.WeekStart)
	}
	weeks := int(firstWeek(year+1, d.rule.WeekStart)-first) / 7
	n := int(c.date-first)/7 + 1
	return either(d.rule.ByWeekNo, n, n-weeks-1)
}

// firstWeek is the first day of the first week that has four days in a year.
func firstWeek(year int, weekStart time.Weekday) Date {
	return weekOf(dateOf(year, 1, 4), weekStart)
}

// weekOf is the first day of the week that a day is in.
func weekOf(d Date, weekStart time.Weekday) Date {
	return d - Date((int(d.Weekday())-int(weekStart)+7)%7)
}

// civil is a date with its parts.
type civil struct {
	date         Date
	year         int
	month        time.Month
	day, yearDay int // from 1
	weekday      time.Weekday
}

func civilOf(d Date) civil {
	t := time.Unix(int64(d)*daySeconds, 0).UTC()
	year, month, day := t.Date()
	return civil{d, year, month, day, t.YearDay(), d.Weekday()}
}

func (c civil) monthLength() int {
	switch c.month {
	case time.February:
		return c.yearLength() - 337
	case time.April, time.June, time.September, time.November:
		return 30
	}
	return 31
}

func (c civil) yearLength() int {
	if c.year%4 == 0 && (c.year%100 != 0 || c.year%400 == 0) {
		return 366
	}
	return 365
}

// dateOf is a day of the calendar; a month past December is of the next year.
func dateOf(year int, month time.Month, day int) Date {
	return Date(time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Unix() / daySeconds)
}

func firstOf(year, month int) Date { return dateOf(year, time.Month(month), 1) }
