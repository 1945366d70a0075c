package rollout

import (
	"time"

	"github.com/patchops/patchops/internal/window"
)

// spending is what a client's months cost so far, kept only where an agreement
// caps it.
type spending struct {
	callouts map[calloutKey]*callout
	months   map[int]*month
	monthOf  map[int64]int // by an occurrence's start
}

type calloutKey struct {
	plan, window int
	occurrence   int64
}

// callout is what one plan does in one occurrence.
type callout struct {
	attended *profile // 0 free at rest
	from, to int64    // no session is outside
	sessions int
	amount   int64
	// least is the least that one more session of a length would add, over some
	// starts; it holds until the callout changes.
	least map[leastKey]int64
}

type leastKey struct {
	length int64
	starts window.Span
}

// month is what is spent in one local calendar month.
type month struct {
	amount   int64
	sessions []int // by agreement
}

func newSpending(c *client) *spending {
	for i := range c.Agreements {
		if c.Agreements[i].CostCap >= 0 {
			return &spending{map[calloutKey]*callout{}, map[int]*month{}, map[int64]int{}}
		}
	}
	return nil
}

func (c *client) month(occurrence int64) *month {
	sp := c.spending
	number, known := sp.monthOf[occurrence]
	if !known {
		y, m, _ := time.Unix(occurrence, 0).In(c.zone()).Date()
		number = y*12 + int(m)
		sp.monthOf[occurrence] = number
	}
	if sp.months[number] == nil {
		sp.months[number] = &month{sessions: make([]int, len(c.Agreements))}
	}
	return sp.months[number]
}

func (c *client) calloutOf(s *session, o *occurrence) *callout {
	key := calloutKey{s.inst.index, o.window, o.Start}
	u := c.spending.callouts[key]
	if u == nil {
		u = &callout{attended: newProfile(0), from: none, to: -none, least: map[leastKey]int64{}}
		c.spending.callouts[key] = u
	}
	return u
}

// capOf is the least cap of a month's agreements if one more session has terms,
// and the agreement that says so; -1 for no cap.
func (c *client) capOf(m *month, terms int) (int64, string) {
	least, by := int64(-1), ""
	for i := range c.Agreements {
		if n := c.Agreements[i].CostCap; n >= 0 && (i == terms || m.sessions[i] > 0) && (least < 0 || n < least) {
			least, by = n, c.Agreements[i].ID
		}
	}
	return least, by
}

// cutCost leaves the starts with which the month stays within its cap.
func (e *engine) cutCost(s *session, o *occurrence) (Code, string) {
	c := s.inst.client
	if c.spending == nil {
		return "", ""
	}
	m := c.month(o.Start)
	limit, by := c.capOf(m, o.agreement)
	if limit < 0 {
		return "", ""
	}
	rates := c.ratesOf(o.agreement)
	room := limit - m.amount
	if rates.most(s.class.key.length) <= room {
		return "", ""
	}
	u := c.calloutOf(s, o)
	set := e.cutter.set
	key := leastKey{s.class.key.length, window.Span{Start: set[0].Start, End: set[len(set)-1].End}}
	if least, known := u.least[key]; known && least > room {
		return CostCap, by
	}
	least := none
	for _, p := range set {
		for t := p.Start; t < p.End; t += minute {
			added := u.added(rates, t, t+s.class.key.length)
			least = min(least, added)
			if added <= room {
				e.cutter.keep(t, t+1)
			}
		}
	}
	u.least[key] = least
	if e.cutter.swap(); e.cutter.empty() {
		return CostCap, by
	}
	return "", ""
}

// most is more than any session of a length can add.
func (r *rateClasses) most(length int64) int64 {
	if r.Basis == "included" {
		return 0
	}
	return perHour(max(length, r.MinimumMins*minute), max(r.PerHour, r.AfterHours, r.Holiday)) + 3
}

// added is what one more session adds to a callout.
func (u *callout) added(r *rateClasses, start, end int64) int64 {
	if r.Basis == "perAsset" {
		return r.cost([]window.Span{{Start: start, End: end}}).Amount
	}
	u.attended.add(start, end, -1)
	amount := r.cost(u.attended.below(0, min(u.from, start), max(u.to, end))).Amount
	u.attended.add(start, end, 1)
	return amount - u.amount
}

// spend counts a session, or with by -1 no longer.
func (c *client) spend(s *session, by int) {
	if c.spending == nil || s.occ == nil {
		return
	}
	r, m, u := c.ratesOf(s.occ.agreement), c.month(s.occ.Start), c.calloutOf(s, s.occ)
	before := u.amount
	u.from, u.to = min(u.from, s.start), max(u.to, s.end)
	if u.sessions += by; !s.running {
		m.sessions[s.occ.agreement] += by
	}
	if r.Basis == "perAsset" {
		u.amount += int64(by) * r.cost([]window.Span{{Start: s.start, End: s.end}}).Amount
	} else {
		u.attended.add(s.start, s.end, int64(-by))
		u.amount = r.cost(u.attended.below(0, u.from, u.to)).Amount
	}
	m.amount += u.amount - before
	clear(u.least)
}
