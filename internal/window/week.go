package window

import (
	"slices"
	"time"
)

// Week is hours of the week on the clocks of a zone: business hours, a vendor's
// support, a shift.
type Week struct {
	Zone   *time.Location
	Hours  []Hours
	Closed []Date // days without hours, sorted: holidays
}

// Hours are the same on some days of the week. Where To is not after From they
// run past midnight; To may be 24:00. They belong to the day on which they begin.
type Hours struct {
	Days     [7]bool // by time.Weekday
	From, To Clock
}

// Spans are the hours from an instant, inclusive, to another, exclusive; what
// reaches over either is cut. A beginning or an end that the clock skips is the
// gap's end; of times that occur twice, the first begins and the second ends.
func (w *Week) Spans(from, to int64) Spans {
	if from >= to || len(w.Hours) == 0 {
		return nil
	}
	var list []Span
	z := zoned{loc: w.Zone}
	last := Local(to + widest).Date()
	for d := Local(from-widest).Date() - 1; d <= last; d++ {
		if w.isClosed(d) {
			continue
		}
		for _, h := range w.Hours {
			if !h.Days[d.Weekday()] {
				continue
			}
			end := d.At(h.To)
			if h.To <= h.From {
				end += daySeconds
			}
			list = append(list, Span{z.earliest(d.At(h.From)), z.latest(end)})
		}
	}
	return NewSpans(list).Clip(from, to)
}

// BusinessDay reports whether a day has hours and is no holiday. Without any
// hours, Monday to Friday are business days.
func (w *Week) BusinessDay(d Date) bool {
	if w.isClosed(d) {
		return false
	}
	day := d.Weekday()
	if len(w.Hours) == 0 {
		return day != time.Saturday && day != time.Sunday
	}
	return slices.ContainsFunc(w.Hours, func(h Hours) bool { return h.Days[day] })
}

func (w *Week) isClosed(d Date) bool {
	_, closed := slices.BinarySearch(w.Closed, d)
	return closed
}

// AddDays is the same local time on the n-th business day after an instant, n at
// least 0; an instant on another day counts as 00:00 of the next business day.
// A local time that the clock skips is the gap's end, one that occurs twice the
// second. Where there are no business days it is the end of time.
func (w *Week) AddDays(t int64, n int) int64 {
	z := zoned{loc: w.Zone}
	local := z.reading(t)
	date, clock := local.Date(), local.Clock()
	if w.BusinessDay(date) && n == 0 {
		return t
	}
	if !w.BusinessDay(date) {
		clock = 0
		date = w.step(date, 1)
	}
	for range n {
		date = w.step(date, 1)
	}
	if clock == 0 {
		return z.earliest(date.At(0))
	}
	return z.latest(date.At(clock))
}

// LatestFor is the last instant t at which AddDays(t, n) is not after a start: when
// notice with a lead of n business days is given at the latest. It is the
// beginning of time where there are no business days.
func (w *Week) LatestFor(start int64, n int) int64 {
	z := zoned{loc: w.Zone}
	local := z.reading(start)
	date, clock, whole := local.Date(), local.Clock(), false
	if n == 0 && w.BusinessDay(date) {
		return start
	}
	if !w.BusinessDay(date) {
		date, whole = w.step(date, -1), true
	}
	for range n {
		date = w.step(date, -1)
	}
	if whole {
		return z.earliest((date + 1).At(0)) - 1
	}
	return z.earliest(date.At(clock))
}

// step is the next business day in a direction, 1 or -1, or the calendar's end.
func (w *Week) step(d, by Date) Date {
	for d += by; d > 0 && d < endDate; d += by {
		if w.BusinessDay(d) {
			return d
		}
	}
	return min(max(d, 0), endDate)
}
