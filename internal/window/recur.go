package window

import (
	"slices"
	"sort"
)

// recurrence is a rule with its start: the occurrences of RFC 5545 3.3.10 in
// floating local time. It is for one goroutine.
type recurrence struct {
	rule  *Rule
	start Local
	days  days
	times []Clock // of each day, sorted
}

func newRecurrence(r *Rule, start Local) *recurrence {
	return &recurrence{r, start, newDays(r, start), timesOf(r, start.Clock())}
}

// timesOf are the times of day at which a rule recurs; what it is silent about
// is taken from the start.
func timesOf(r *Rule, start Clock) []Clock {
	or := func(list []int, silent Clock) []int {
		if list == nil {
			return []int{int(silent)}
		}
		return list
	}
	var out []Clock
	for _, hour := range or(r.ByHour, start/3600) {
		for _, minute := range or(r.ByMinute, start/60%60) {
			for _, second := range or(r.BySecond, start%60) {
				out = append(out, Clock(hour*3600+minute*60+second))
			}
		}
	}
	return out
}

// from visits the occurrences from a reading, inclusive, to another, exclusive, in
// order, until visit returns false. COUNT holds, and UNTIL but for one with Z, which may be passed by
// a day.
//
// A rule with COUNT is counted from its start, without visiting; others are
// entered at the period that holds the reading.
func (r *recurrence) from(low, high Local, visit func(Local) bool) {
	if r.start >= endOfTime {
		return
	}
	low = max(low, r.start)
	last, left, k := min(r.last(), high-1), r.rule.Count, 0
	if left == 0 {
		k = r.periodOf(low.Date())
	}
	for p := (candidates{r: r}); ; k++ {
		first, end := r.period(k)
		if first >= endDate || first.At(0) > last {
			return
		}
		p.fill(first, end)
		size := p.size
		if r.rule.Count > 0 {
			begin := p.rank(r.start)
			size = min(size, begin+left)
			left -= size - begin
		}
		for i := p.rank(low); i < size; i++ {
			if l := p.at(i); l > last || !visit(l) {
				return
			}
		}
		if r.rule.Count > 0 && left == 0 {
			return
		}
	}
}

// last is the latest reading that may be an occurrence.
func (r *recurrence) last() Local {
	const end = endOfTime - 1
	switch until := r.rule.Until; until.Form {
	case UntilDate:
		return min(until.At+daySeconds-1, end)
	case UntilLocal:
		return min(until.At, end)
	case UntilUTC:
		return min(until.At+daySeconds, end)
	}
	return end
}

// period is the days of the k-th period that the rule looks at, the one of the
// start being 0: first inclusive, end exclusive.
func (r *recurrence) period(k int) (first, end Date) {
	date := r.start.Date()
	n := min(k*r.rule.Interval, int(endDate-date)+1) // no unit is shorter than a day
	year, month, _ := date.Civil()
	switch r.rule.Frequency {
	case Daily:
		first = date + Date(n)
		return first, first + 1
	case Weekly:
		first = weekOf(date, r.rule.WeekStart) + Date(7*n)
		return first, first + 7
	case Monthly:
		n += int(month) - 1
		return firstOf(year+n/12, n%12+1), firstOf(year+n/12, n%12+2)
	default:
		return firstOf(year+n, 1), firstOf(year+n+1, 1)
	}
}

// periodOf is the last period that begins on a day or before; the day is not
// before the start's.
func (r *recurrence) periodOf(d Date) int {
	date := r.start.Date()
	units := 0
	switch r.rule.Frequency {
	case Daily:
		units = int(d - date)
	case Weekly:
		units = int(weekOf(d, r.rule.WeekStart)-weekOf(date, r.rule.WeekStart)) / 7
	default:
		fromYear, fromMonth, _ := date.Civil()
		year, month, _ := d.Civil()
		if units = year - fromYear; r.rule.Frequency == Monthly {
			units = 12*units + int(month-fromMonth)
		}
	}
	return units / r.rule.Interval
}

// candidates are the occurrences of one period: every time of every day that
// matches, or those of them that BYSETPOS selects. Also those before the start
// are among them, because BYSETPOS counts them. They are not listed one by one:
// a period may have half a million.
type candidates struct {
	r        *recurrence
	days     []Date
	selected []int // by BYSETPOS: places among all, sorted
	size     int
}

func (p *candidates) fill(first, end Date) {
	p.days = p.days[:0]
	for d := first; d < end; d++ {
		if p.r.days.on(d) {
			p.days = append(p.days, d)
		}
	}
	all := len(p.days) * len(p.r.times)
	p.size = all
	if p.r.rule.BySetPos == nil {
		return
	}
	p.selected = p.selected[:0]
	for _, n := range p.r.rule.BySetPos {
		if n < 0 {
			n += all + 1
		}
		if n >= 1 && n <= all {
			p.selected = append(p.selected, n-1)
		}
	}
	slices.Sort(p.selected)
	p.selected = slices.Compact(p.selected)
	p.size = len(p.selected)
}

func (p *candidates) at(i int) Local {
	if p.r.rule.BySetPos != nil {
		i = p.selected[i]
	}
	return p.days[i/len(p.r.times)].At(p.r.times[i%len(p.r.times)])
}

// rank is how many candidates are before a reading.
func (p *candidates) rank(l Local) int {
	return sort.Search(p.size, func(i int) bool { return p.at(i) >= l })
}
