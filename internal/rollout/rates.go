package rollout

import (
	"sort"
	"time"

	"github.com/patchops/patchops/internal/window"
)

// rateClasses are the hours of one agreement by what they cost.
type rateClasses struct {
	*Rates
	holidays tally
	regular  tally // without holidays
	all      bool  // all hours but holidays are regular
}

// tally answers how much of a span lies in sorted, disjoint spans.
type tally struct {
	spans []window.Span
	sums  []int64 // of the lengths before each
}

func newTally(spans []window.Span) tally {
	t := tally{spans: spans, sums: make([]int64, len(spans)+1)}
	for i, s := range spans {
		t.sums[i+1] = t.sums[i] + s.End - s.Start
	}
	return t
}

// upTo is how many seconds lie before t.
func (t *tally) upTo(at int64) int64 {
	i := sort.Search(len(t.spans), func(i int) bool { return t.spans[i].Start >= at })
	if i == 0 {
		return 0
	}
	return t.sums[i] - max(0, t.spans[i-1].End-at)
}

func (t *tally) in(from, to int64) int64 {
	if len(t.spans) == 0 {
		return 0
	}
	return t.upTo(to) - t.upTo(from)
}

// ratesOf are the classes of an agreement's hours, made when first asked for.
func (c *client) ratesOf(agreement int) *rateClasses {
	if c.rates == nil {
		c.rates = make([]rateClasses, len(c.Agreements))
	}
	r := &c.rates[agreement]
	if r.Rates != nil {
		return r
	}
	r.Rates = &c.Agreements[agreement].Rates
	list := make([]window.Span, 0, len(c.Business.Closed))
	for _, d := range c.Business.Closed {
		list = append(list, window.Span{Start: d.Start(c.Business.Zone).Unix(), End: (d + 1).Start(c.Business.Zone).Unix()})
	}
	holidays := window.NewSpans(list)
	r.holidays = newTally(holidays)
	if r.all = r.Regular == nil; !r.all {
		from := c.engine.in.AsOf
		for i := range c.Progress.Running {
			from = min(from, c.Progress.Running[i].Start)
		}
		week := window.Week{Zone: c.zone(), Hours: r.Regular}
		r.regular = newTally(week.Spans(from, c.engine.reach).Minus(holidays))
	}
	return r
}

func (c *client) zone() *time.Location {
	if c.Zone == nil {
		return time.UTC
	}
	return c.Zone
}

// cost is what attended spans cost as one call-out, with its minimum: what is
// missing of that is charged like the last second.
func (r *rateClasses) cost(attended []window.Span) Cost {
	var out Cost
	if r.Basis == "included" || len(attended) == 0 {
		return out
	}
	sum := int64(0)
	for _, s := range attended {
		holiday, regular := r.holidays.in(s.Start, s.End), r.regular.in(s.Start, s.End)
		length := s.End - s.Start
		if r.all {
			regular = length - holiday
		}
		sum += length
		out.Holiday += holiday
		out.Regular += regular
		out.AfterHours += length - holiday - regular
	}
	missing := max(0, r.MinimumMins*minute-sum)
	last := attended[len(attended)-1].End
	switch {
	case r.holidays.in(last-1, last) > 0:
		out.Holiday += missing
	case r.all || r.regular.in(last-1, last) > 0:
		out.Regular += missing
	default:
		out.AfterHours += missing
	}
	out.Amount = perHour(out.Regular, r.PerHour) + perHour(out.AfterHours, r.AfterHours) + perHour(out.Holiday, r.Holiday)
	return out
}

// perHour is what seconds cost at a rate, rounded up.
func perHour(seconds, rate int64) int64 { return (seconds*rate + 3599) / 3600 }

func (o *Cost) add(x Cost) {
	o.Amount += x.Amount
	o.Regular += x.Regular
	o.AfterHours += x.AfterHours
	o.Holiday += x.Holiday
}
