package rollout

import "slices"

// order is the order in which constraints are asked.
var order = []Code{
	WindowTooShort, AgreementNotInForce, VendorSupport, Freeze, NotBefore, MinAge, NoticeLead, Deadline, WaveGate,
	DepUnplaced, DepOrder, HAPeerDown, HAConflict, Exclusive, Capacity, RelayCapacity, Technician, CostCap,
}

func rank(c Code) int { return slices.Index(order, c) }

// static is the first constraint that a start breaks whatever the others do.
func (n *naive) static(x *naiveSession, o naiveOccurrence, s int64) Code {
	c, p := x.client, x.plan
	e := s + x.work.Minutes*60
	a := &c.Assets[x.asset]
	switch {
	case !n.everyMinute(s, e, func(m int) bool { return x.union[m] }):
		return WindowTooShort
	case !n.everyMinute(s, e, func(m int) bool { return x.inForce[m] }) || o.terms < 0:
		return AgreementNotInForce
	}
	for _, i := range a.Supports {
		if !n.everyMinute(s, e, func(m int) bool { return c.supported[i][m] }) {
			return VendorSupport
		}
	}
	for _, i := range a.Denies {
		if !n.passes(x, &c.Denies[i]) && !n.everyMinute(s, e, func(m int) bool { return !c.denied[i][m] }) {
			return Freeze
		}
	}
	switch {
	case s < p.NotBefore:
		return NotBefore
	case s < x.work.Released+p.MinimumAge:
		return MinAge
	case s < n.noticed(x, o):
		return NoticeLead
	case s >= p.Deadline:
		return Deadline
	}
	return ""
}

// noticed is the first start that a notice sent now serves.
func (n *naive) noticed(x *naiveSession, o naiveOccurrence) int64 {
	g := &x.client.Agreements[o.terms]
	if g.Waived[o.window] != nil && g.Waived[o.window][o.start] {
		return 0
	}
	for _, k := range x.client.Progress.Notified {
		if k.Plan == x.plan.Name && k.Asset == x.asset && k.Window == o.window && k.Occurrence == o.start && !k.Quiet {
			if k.At == 0 {
				return 0
			}
			return min(k.Start, n.afterLead(x, g, k.At))
		}
	}
	return n.afterLead(x, g, n.in.AsOf)
}

// naiveNotice is one of so many business days, and when it was sent.
type naiveNotice struct {
	sent int64
	days int
}

// afterLead is the first start that a notice sent at an instant serves.
func (n *naive) afterLead(x *naiveSession, g *Agreement, sent int64) int64 {
	lead := g.Lead.Seconds
	if special, ok := g.Leads[x.asset]; ok {
		lead = special.Seconds
	}
	if x.plan.Change == "emergency" {
		lead = g.EmergencyLead.Seconds
	}
	if g.BusinessDays && lead > 0 && lead%day == 0 {
		k := naiveNotice{sent, int(lead / day)}
		if _, known := x.client.notice[k]; !known {
			x.client.notice[k] = x.client.Business.AddDays(sent, k.days)
		}
		return x.client.notice[k]
	}
	return sent + lead
}

// gate is when a session's wave opens.
func (n *naive) gate(x *naiveSession) int64 {
	gate := n.in.AsOf
	for _, y := range n.sessions {
		if x.plan.Ring >= 0 && y.placed && y.plan != nil && y.work != nil && y.plan.ID == x.plan.ID && y.plan.Ring >= 0 && y.plan.Ring < x.plan.Ring {
			gate = max(gate, y.end+y.plan.RingSoak)
		}
	}
	for k := range x.wave {
		var ends []int64
		for _, y := range n.sessions {
			if y.placed && y.client == x.client && y.plan == x.plan && y.work != nil && y.wave == k {
				ends = append(ends, y.end)
			}
		}
		for _, pin := range x.client.Progress.Pins {
			if pin.Plan == x.plan.Name && pin.Done && pin.Wave == x.plan.Waves[k].Name && n.find(x.client, pin.Plan, pin.Asset) == nil {
				ends = append(ends, pin.End)
			}
		}
		if len(ends) > 0 {
			slices.Sort(ends)
			i := 0
			for 100*(i+1) < x.plan.Waves[k].Advance*len(ends) {
				i++
			}
			gate = max(gate, ends[i]+x.plan.Waves[k].Soak)
		}
	}
	return gate
}

// inCycle says whether a session depends on itself.
func (n *naive) inCycle(x *naiveSession) bool {
	seen := map[int]bool{}
	todo := append(slices.Clone(x.work.DependsOn), x.client.standbysOf(x.asset)...)
	for len(todo) > 0 {
		a := todo[0]
		todo = todo[1:]
		if a == x.asset {
			return true
		}
		if y := n.find(x.client, x.plan.Name, a); y != nil && y.work != nil && !seen[a] {
			seen[a] = true
			todo = append(todo, y.work.DependsOn...)
			todo = append(todo, x.client.standbysOf(a)...)
		}
	}
	return false
}

// others are the placed sessions of a client but one, those under way included.
func (n *naive) others(x *naiveSession) []*naiveSession {
	var out []*naiveSession
	for _, y := range n.sessions {
		if y != x && y.placed && y.client == x.client {
			out = append(out, y)
		}
	}
	return out
}

// away are the members of each group that a session on an asset keeps away.
func (c *naiveClient) away(asset int) map[int][]int {
	out := map[int][]int{}
	for i := range c.Assets {
		for a, steps := i, 0; a >= 0 && steps <= len(c.Assets); a, steps = c.Assets[a].RunsOn, steps+1 {
			if a == asset {
				if g := c.Assets[i].Group; g >= 0 {
					out[g] = append(out[g], i)
				}
				break
			}
		}
	}
	return out
}

// related says whether one asset is the other or runs on it.
func (c *naiveClient) related(a, b int) bool {
	for range 2 {
		for i, steps := a, 0; i >= 0 && steps <= len(c.Assets); i, steps = c.Assets[i].RunsOn, steps+1 {
			if i == b {
				return true
			}
		}
		a, b = b, a
	}
	return false
}

// feasible says whether a session may start at s beside the others, and breaks
// none of them by that.
func (n *naive) feasible(x *naiveSession, s int64) bool {
	o := n.occurrenceAt(x, s)
	if o.window < 0 || s < n.in.AsOf || n.static(x, o, s) != "" || n.dynamic(x, o, s) != "" {
		return false
	}
	was := *x
	n.put(x, s, o)
	defer func() { *x = was }()
	for _, y := range n.sessions {
		if y != x && y.placed && !y.running && n.dynamic(y, y.occurrence, y.start) != "" {
			return false
		}
	}
	return true
}

// earliest is the first feasible start of a session.
func (n *naive) earliest(x *naiveSession) (int64, bool) {
	if len(x.work.Blocks) > 0 || n.inCycle(x) || n.waits(x) {
		return 0, false
	}
	for _, s := range x.starts() {
		if n.feasible(x, s) {
			return s, true
		}
	}
	return 0, false
}

// waits says whether a session waits for one without a place.
func (n *naive) waits(x *naiveSession) bool {
	before := slices.Clone(x.work.DependsOn)
	before = append(before, x.client.standbysOf(x.asset)...)
	return slices.ContainsFunc(before, func(a int) bool {
		y := n.find(x.client, x.plan.Name, a)
		return y != nil && y.work != nil && !y.placed
	})
}

// standbysOf are the members that go before an asset, where it is a primary.
func (c *naiveClient) standbysOf(asset int) []int {
	g := c.Assets[asset].Group
	if g < 0 || !c.Groups[g].StandbyFirst || c.Groups[g].Primary != asset {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(c.Groups[g].Members), func(m int) bool { return m == asset })
}
