package rollout

import (
	"cmp"
	"slices"
)

// verifyWaves checks who is in which wave and when each wave opens.
func (v *verifier) verifyWaves(c *verifiedClient) {
	for i := range c.plans {
		p := &c.plans[i]
		v.verifyMembers(c, p)
		v.verifyGates(c, p)
	}
}

// pins are the waves that were decided before, by asset.
func (c *verifiedClient) pins(p *verifiedPlan) map[int]*Pin {
	out := map[int]*Pin{}
	for i := range c.Progress.Pins {
		if pin := &c.Progress.Pins[i]; pin.Plan == p.Name {
			out[pin.Asset] = pin
		}
	}
	return out
}

// verifyMembers checks the population of each wave: as many as declared, chosen
// ones where they were chosen, nobody before what it depends on.
func (v *verifier) verifyMembers(c *verifiedClient, p *verifiedPlan) {
	pins := c.pins(p)
	for i, wave := range p.wave {
		asset := p.Work[i].Asset
		name := c.Assets[asset].Name
		if wave < 0 {
			v.verifyInNoWave(c, p, i, pins)
			continue
		}
		if pin := pins[asset]; pin != nil && waveIndex(p.Waves, pin.Wave) >= 0 {
			if pin.Wave != p.Waves[wave].Name {
				v.object(c.Client, p.Name, name, "", "the session is in wave %q, and was in %q before", p.Waves[wave].Name, pin.Wave)
			}
			continue
		}
		for _, d := range p.Work[i].DependsOn {
			if k, ok := findWork(p.Work, d); ok && p.wave[k] > wave {
				v.object(c.Client, p.Name, name, DepOrder, "the session is in a wave before that of %q", c.Assets[d].Name)
			}
		}
		for _, m := range c.standbys(asset) {
			if k, ok := findWork(p.Work, m); ok && p.wave[k] > wave {
				v.object(c.Client, p.Name, name, HAConflict, "the primary is in a wave before that of %q", c.Assets[m].Name)
			}
		}
	}
	begun := slices.ContainsFunc(c.Progress.Begun, func(b Begun) bool { return b.Plan == p.Name }) // of hosts that are gone, perhaps
	if len(pins) == 0 && !begun {
		v.verifySizes(c, p)
		v.verifyCanary(c, p)
	}
}

// verifyInNoWave checks that a session without a wave is one that none takes, or
// goes after such a one, and has no place.
func (v *verifier) verifyInNoWave(c *verifiedClient, p *verifiedPlan, work int, pins map[int]*Pin) {
	asset, n, waves := p.Work[work].Asset, len(p.Work), p.Waves
	for a, pin := range pins {
		if _, has := findWork(p.Work, a); !has && pin.Done {
			n++
		}
	}
	if len(waves) > 1 && !waves[0].Selector {
		waves = waves[1:] // a canary leaves out what is dear
	}
	taken := slices.ContainsFunc(waves, func(w Wave) bool {
		return slices.Contains(w.Chosen, asset) || !w.Selector && (w.Percent == 100 || w.Percent == 0 && w.Count >= n)
	})
	after := slices.ContainsFunc(slices.Concat(p.Work[work].DependsOn, c.standbys(asset)), func(a int) bool {
		k, has := findWork(p.Work, a)
		return has && p.wave[k] < 0
	})
	if p.session[work] >= 0 || taken && !after {
		v.object(c.Client, p.Name, c.Assets[asset].Name, "", "the session's wave is none of the plan's")
	}
}

// standbys are the other members of the group whose primary an asset is, where
// they go first.
func (c *verifiedClient) standbys(asset int) []int {
	g := c.Assets[asset].Group
	if g < 0 || !c.Groups[g].StandbyFirst || c.Groups[g].Primary != asset {
		return nil
	}
	var out []int
	for _, m := range c.Groups[g].Members {
		if m != asset {
			out = append(out, m)
		}
	}
	return out
}

// verifySizes checks how many are in each wave and all before it. Only moves
// because of order make waves smaller than declared.
func (v *verifier) verifySizes(c *verifiedClient, p *verifiedPlan) {
	upTo := make([]int, len(p.Waves)+1)
	moves, last := false, len(p.Waves)-1
	late := 0 // in the last wave since they are under way, and perhaps no wave takes them
	for i, wave := range p.wave {
		moves = moves || len(p.Work[i].DependsOn) > 0 || c.standbys(p.Work[i].Asset) != nil
		if wave == last && c.isRunning(p, i) {
			late++
		}
		if wave >= 0 {
			upTo[wave+1]++
		}
	}
	n := len(p.Work)
	for k := range p.Waves {
		w := &p.Waves[k]
		upTo[k+1] += upTo[k]
		if w.Selector {
			v.verifyChosen(c, p, k)
			continue
		}
		want := min(w.Count, n)
		if w.Percent > 0 {
			want = (w.Percent*n + 99) / 100
		}
		declared := max(want, upTo[k])
		if k == last {
			declared += late
		}
		short := k == 0 && len(p.Waves) > 1 || moves
		if upTo[k+1] > declared && !slices.ContainsFunc(p.Waves[:k], func(w Wave) bool { return w.Selector }) || upTo[k+1] < want && !short {
			v.object(c.Client, p.Name, "", "", "%d assets are in waves up to %q, wanted %d", upTo[k+1], w.Name, want)
		}
	}
}

// isRunning says whether the session of some work is under way.
func (c *verifiedClient) isRunning(p *verifiedPlan, work int) bool {
	return p.session[work] >= 0 && c.sessions[p.session[work]].running
}

// verifyChosen checks a wave that is chosen by a selector.
func (v *verifier) verifyChosen(c *verifiedClient, p *verifiedPlan, k int) {
	for i, wave := range p.wave {
		asset := p.Work[i].Asset
		_, chosen := slices.BinarySearch(p.Waves[k].Chosen, asset)
		movable := len(p.Work[i].DependsOn) > 0 || c.standbys(asset) != nil
		if chosen && wave > k && !movable {
			v.object(c.Client, p.Name, c.Assets[asset].Name, "", "the session is in wave %q, and %q selects it", p.Waves[wave].Name, p.Waves[k].Name)
		}
		if !chosen && wave == k && !movable && !c.isRunning(p, i) {
			v.object(c.Client, p.Name, c.Assets[asset].Name, "", "the session is in wave %q, which does not select it", p.Waves[k].Name)
		}
	}
}

// verifyCanary checks that nothing in the first of several waves is dear.
func (v *verifier) verifyCanary(c *verifiedClient, p *verifiedPlan) {
	if len(p.Waves) < 2 || p.Waves[0].Selector || len(p.Work) < 5 {
		return
	}
	group := c.Assets[p.Work[0].Asset].Group
	if group >= 0 && !slices.ContainsFunc(p.Work, func(w Work) bool { return c.Assets[w.Asset].Group != group }) {
		return
	}
	groups := map[int]bool{}
	for i, wave := range p.wave {
		w := &p.Work[i]
		a := &c.Assets[w.Asset]
		if wave != 0 {
			continue
		}
		if a.Tier == 0 || c.standbys(w.Asset) != nil || len(w.DependsOn) > 0 || a.Group >= 0 && groups[a.Group] {
			v.object(c.Client, p.Name, a.Name, "", "the session is in the canary: tier %d, group %d, %d dependencies", a.Tier, a.Group, len(w.DependsOn))
		}
		groups[a.Group] = true
	}
}

// verifyGates recomputes the gates and holds the sessions against them.
func (v *verifier) verifyGates(c *verifiedClient, p *verifiedPlan) {
	gate := v.firstGate(p)
	pins := c.pins(p)
	for k := range p.Waves {
		p.gates = append(p.gates, gate)
		ends := c.endsOf(p, k, pins)
		passed := int64(1) << 62
		if len(ends) > 0 {
			slices.Sort(ends)
			passed = ends[max(1, (p.Waves[k].Advance*len(ends)+99)/100)-1]
		}
		v.verifyWave(c, p, k, passed)
		if len(ends) > 0 {
			gate = max(gate, passed+p.Waves[k].Soak)
		}
	}
}

// endsOf are the ends of the sessions of a wave, those over included.
func (c *verifiedClient) endsOf(p *verifiedPlan, wave int, pins map[int]*Pin) []int64 {
	var ends []int64
	for i, k := range p.wave {
		if k == wave && p.session[i] >= 0 {
			ends = append(ends, c.sessions[p.session[i]].end)
		}
	}
	for asset, pin := range pins {
		if _, has := findWork(p.Work, asset); !has && pin.Done && pin.Wave == p.Waves[wave].Name {
			ends = append(ends, pin.End)
		}
	}
	return ends
}

// firstGate is when the first wave may begin: after the rings before.
func (v *verifier) firstGate(p *verifiedPlan) int64 {
	gate := v.in.AsOf
	if p.Ring < 0 {
		return gate
	}
	for _, c := range v.clients {
		for i := range c.plans {
			q := &c.plans[i]
			if q.ID != p.ID || q.Ring < 0 || q.Ring >= p.Ring {
				continue
			}
			for _, s := range q.session {
				if s >= 0 {
					gate = max(gate, c.sessions[s].end+q.RingSoak)
				}
			}
		}
	}
	return gate
}

// verifyWave checks one wave's sessions against its gate, its stagger, and its
// line in the schedule. Passed is when enough of it have ended.
func (v *verifier) verifyWave(c *verifiedClient, p *verifiedPlan, wave int, passed int64) {
	var members []*verifiedSession
	gate := p.gates[wave]
	want := WaveSchedule{Name: p.Waves[wave].Name, GateOpens: gate}
	for i, k := range p.wave {
		if k != wave {
			continue
		}
		want.Assets++
		if p.session[i] < 0 {
			continue
		}
		x := &c.sessions[p.session[i]]
		members = append(members, x)
		if !x.running && x.start < gate {
			v.against(c, x, WaveGate, "the session starts at %d, before its wave's gate at %d", x.start, gate)
		}
	}
	slices.SortFunc(members, func(a, b *verifiedSession) int { return cmp.Compare(a.start, b.start) })
	for i, x := range members {
		if want.Placed++; i == 0 {
			want.PlannedStart = x.start
		}
		if want.PlannedEnd = max(want.PlannedEnd, x.end); x.end > passed {
			want.Stragglers++
		}
	}
	v.verifyLine(c, p, wave, want)
	for i := 1; i < len(members); i++ {
		a, b := members[i-1], members[i]
		if b.start-a.start < p.Waves[wave].Stagger && (!a.running || !b.running) {
			v.against(c, b, Capacity, "the session starts %d s after another of its wave, wanted %d", b.start-a.start, p.Waves[wave].Stagger)
		}
	}
}

// verifyLine checks what the schedule says of one wave.
func (v *verifier) verifyLine(c *verifiedClient, p *verifiedPlan, wave int, want WaveSchedule) {
	if len(p.schedule.Waves) != len(p.Waves) {
		v.object(c.Client, p.Name, "", "", "the schedule has %d waves, wanted %d", len(p.schedule.Waves), len(p.Waves))
		return
	}
	if got := p.schedule.Waves[wave]; got != want {
		v.object(c.Client, p.Name, "", "", "the wave is %+v, wanted %+v", got, want)
	}
}
