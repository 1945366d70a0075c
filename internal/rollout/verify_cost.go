package rollout

import (
	"cmp"
	"slices"
	"sort"
	"time"

	"github.com/patchops/patchops/internal/window"
)

// rateHours are the hours that cost more or less than others at a client.
type rateHours struct {
	holidays window.Spans
	regular  []window.Spans // by agreement, without holidays; nil where all hours are regular
}

// verifyCosts recomputes what each plan's sessions cost, and holds the months
// against their caps.
func (v *verifier) verifyCosts(c *verifiedClient) {
	hours := v.rateHoursOf(c)
	months := newMonths(c)
	for i := range c.plans {
		p := &c.plans[i]
		total := v.costOf(c, p, hours, months)
		if got := p.schedule.Cost; got.Amount != total.Amount || got.Regular != total.Regular || got.AfterHours != total.AfterHours || got.Holiday != total.Holiday {
			v.object(c.Client, p.Name, "", "", "the cost is %+v, wanted %+v", got, total)
		}
	}
	for i := range c.sessions {
		x := &c.sessions[i]
		if x.running || x.terms < 0 || c.Agreements[x.terms].CostCap < 0 {
			continue
		}
		if sum := months.cost[months.of(x.occurrence)]; sum > c.Agreements[x.terms].CostCap {
			v.against(c, x, CostCap, "the month of the session costs %d, wanted %d at most", sum, c.Agreements[x.terms].CostCap)
		}
	}
}

// months sums costs by local calendar month, counted from the year 0.
type months struct {
	client *verifiedClient
	number map[int64]int64 // by occurrence
	cost   map[int64]int64 // by month
}

func newMonths(c *verifiedClient) *months {
	return &months{client: c, number: map[int64]int64{}, cost: map[int64]int64{}}
}

// of is the local month of an instant.
func (m *months) of(occurrence int64) int64 {
	if number, ok := m.number[occurrence]; ok {
		return number
	}
	year, month, _ := time.Unix(occurrence, 0).In(m.client.Zone).Date()
	m.number[occurrence] = int64(year)*12 + int64(month)
	return m.number[occurrence]
}

// monthCost is what a client spends in the local month of an occurrence.
func monthCost(in *Input, s *Schedule, client string, occurrence int64) int64 {
	v := &verifier{in: in, schedule: s}
	if !v.align() {
		return 0
	}
	for _, c := range v.clients {
		if c.Name != client {
			continue
		}
		v.verifyStatic(c)
		hours, months := v.rateHoursOf(c), newMonths(c)
		for i := range c.plans {
			v.costOf(c, &c.plans[i], hours, months)
		}
		return months.cost[months.of(occurrence)]
	}
	return 0
}

func (v *verifier) rateHoursOf(c *verifiedClient) rateHours {
	from, to := v.in.AsOf, v.in.AsOf
	for i := range c.sessions {
		from, to = min(from, c.sessions[i].start), max(to, c.sessions[i].end)
	}
	h := rateHours{holidays: holidaySpans(c.Business), regular: make([]window.Spans, len(c.Agreements))}
	for g := range c.Agreements {
		if hours := c.Agreements[g].Rates.Regular; hours != nil {
			h.regular[g] = (&window.Week{Zone: c.Zone, Hours: hours}).Spans(from, to).Minus(h.holidays)
		}
	}
	return h
}

// costOf is what the sessions of one plan cost, by occurrence.
func (v *verifier) costOf(c *verifiedClient, p *verifiedPlan, hours rateHours, m *months) Cost {
	list := make([]*verifiedSession, 0, len(p.placed))
	for i := range p.placed {
		if p.placed[i].terms >= 0 {
			list = append(list, &p.placed[i])
		}
	}
	slices.SortStableFunc(list, func(a, b *verifiedSession) int {
		return cmp.Or(cmp.Compare(a.occurrence, b.occurrence), cmp.Compare(a.window, b.window))
	})
	var total Cost
	for len(list) > 0 {
		n := 1
		for n < len(list) && list[n].occurrence == list[0].occurrence && list[n].window == list[0].window {
			n++
		}
		terms := list[0].terms
		one := verifiedCost(&c.Agreements[terms].Rates, list[:n], hours.holidays, hours.regular[terms])
		m.cost[m.of(list[0].occurrence)] += one.Amount
		total.Amount += one.Amount
		total.Regular += one.Regular
		total.AfterHours += one.AfterHours
		total.Holiday += one.Holiday
		list = list[n:]
	}
	return total
}

// verifiedCost is what the sessions of one occurrence cost, in order of start.
func verifiedCost(r *Rates, sessions []*verifiedSession, holidays, regular window.Spans) Cost {
	var attended []window.Spans
	switch r.Basis {
	case "included":
		return Cost{}
	case "perAsset":
		for _, x := range sessions {
			attended = append(attended, window.Spans{{Start: x.start, End: x.end}})
		}
	default:
		var list []window.Span
		for _, x := range sessions {
			list = append(list, window.Span{Start: x.start, End: x.end})
		}
		attended = append(attended, window.NewSpans(list))
	}
	var total Cost
	for _, s := range attended {
		one := chargedSeconds(s, r, holidays, regular)
		one.Amount = roundedUp(one.Regular*r.PerHour) + roundedUp(one.AfterHours*r.AfterHours) + roundedUp(one.Holiday*r.Holiday)
		total.Amount += one.Amount
		total.Regular += one.Regular
		total.AfterHours += one.AfterHours
		total.Holiday += one.Holiday
	}
	return total
}

func roundedUp(secondsTimesRate int64) int64 { return (secondsTimesRate + 3599) / 3600 }

// chargedSeconds classes every second, and adds what a minimum adds to the class
// of the last one.
func chargedSeconds(s window.Spans, r *Rates, holidays, regular window.Spans) Cost {
	var out Cost
	if len(s) == 0 {
		return out
	}
	all := int64(0)
	for _, x := range s {
		length := x.End - x.Start
		holiday := overlap(holidays, x)
		inHours := length - holiday
		if r.Regular != nil {
			inHours = overlap(regular, x)
		}
		all += length
		out.Holiday += holiday
		out.Regular += inHours
		out.AfterHours += length - holiday - inHours
	}
	missing := max(0, r.MinimumMins*60-all)
	last := s[len(s)-1].End - 1
	switch {
	case holidays.Contains(last):
		out.Holiday += missing
	case r.Regular == nil || regular.Contains(last):
		out.Regular += missing
	default:
		out.AfterHours += missing
	}
	return out
}

// overlap is how many seconds of x are in s.
func overlap(s window.Spans, x window.Span) int64 {
	n := int64(0)
	i := sort.Search(len(s), func(i int) bool { return s[i].End > x.Start })
	for ; i < len(s) && s[i].Start < x.End; i++ {
		n += min(s[i].End, x.End) - max(s[i].Start, x.Start)
	}
	return n
}
