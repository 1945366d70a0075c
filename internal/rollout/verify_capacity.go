package rollout

import (
	"cmp"
	"slices"
)

// verifyAtOnce walks once through a client's starts and ends, and counts what may
// be under way at once: of a window, of an agreement, of a wave.
func (v *verifier) verifyAtOnce(c *verifiedClient) {
	byEnd := slices.Clone(c.byStart)
	slices.SortFunc(byEnd, func(a, b int32) int { return cmp.Compare(c.sessions[a].end, c.sessions[b].end) })
	n := newAtOnce(c)
	ended := 0
	for _, i := range c.byStart {
		x := &c.sessions[i]
		for !x.running && ended < len(byEnd) && c.sessions[byEnd[ended]].end <= x.start {
			n.add(&c.sessions[byEnd[ended]], -1)
			ended++
		}
		n.add(x, 1)
		if !x.running {
			v.verifyCounts(c, x, n)
		}
	}
}

// atOnce counts the sessions under way at one instant.
type atOnce struct {
	all      int64
	byWindow []int64
	byTerms  []int64   // those that are not under way already
	byWave   [][]int64 // by plan and wave
	limits   []int64   // by agreement
	waves    [][]int64 // limits by plan and wave
}

const unlimited = 1 << 60

func newAtOnce(c *verifiedClient) *atOnce {
	n := &atOnce{byWindow: make([]int64, len(c.Windows)), byTerms: make([]int64, len(c.Agreements))}
	for i := range c.Agreements {
		n.limits = append(n.limits, verifiedLimit(c.Agreements[i].MaxUnavailable, len(c.Assets)))
	}
	for i := range c.plans {
		p := &c.plans[i]
		sizes := make([]int, len(p.Waves))
		for _, k := range p.wave {
			if k >= 0 {
				sizes[k]++
			}
		}
		limits := make([]int64, len(p.Waves))
		for k := range p.Waves {
			limits[k] = verifiedLimit(p.Waves[k].MaxConcurrent, sizes[k])
		}
		n.waves = append(n.waves, limits)
		n.byWave = append(n.byWave, make([]int64, len(p.Waves)))
	}
	return n
}

// verifiedLimit is an amount of so many as a count.
func verifiedLimit(a Amount, of int) int64 {
	switch {
	case !a.Set:
		return unlimited
	case a.Percent:
		return max(1, a.N*int64(of)/100)
	}
	return a.N
}

func (n *atOnce) add(x *verifiedSession, by int64) {
	n.all += by
	if x.window >= 0 {
		n.byWindow[x.window] += by
	}
	if x.wave >= 0 {
		n.byWave[x.plan][x.wave] += by
	}
	if x.terms >= 0 && !x.running {
		n.byTerms[x.terms] += by
	}
}

// verifyCounts checks every count that the start of a session raised.
func (v *verifier) verifyCounts(c *verifiedClient, x *verifiedSession, n *atOnce) {
	if x.window >= 0 {
		if limit := c.Windows[x.window].Capacity; limit > 0 && n.byWindow[x.window] > int64(limit) {
			v.against(c, x, Capacity, "%d sessions are in window %q at once at %d, wanted %d at most", n.byWindow[x.window], c.Windows[x.window].Name, x.start, limit)
		}
	}
	for g, active := range n.byTerms {
		if active > 0 && n.all > n.limits[g] {
			v.against(c, x, Capacity, "%d sessions are under way at %d, wanted %d at most by %s", n.all, x.start, n.limits[g], c.Agreements[g].ID)
		}
	}
	if x.wave >= 0 && n.byWave[x.plan][x.wave] > n.waves[x.plan][x.wave] {
		v.against(c, x, Capacity, "%d sessions of the wave are under way at %d, wanted %d at most", n.byWave[x.plan][x.wave], x.start, n.waves[x.plan][x.wave])
	}
}

// verifiedHold is one member of a group that is away because of a session.
type verifiedHold struct {
	from, until int64
	member      int32
	session     int32
	running     bool
}

// verifyGroups checks that no group misses more members at once than it may. A
// member is one unit, however many sessions and soaks keep it away.
func (v *verifier) verifyGroups(c *verifiedClient) {
	if len(c.Groups) == 0 {
		return
	}
	holds := make([][]verifiedHold, len(c.Groups))
	for _, i := range c.byStart {
		x := &c.sessions[i]
		hold := func(member int) {
			if g := c.Assets[member].Group; g >= 0 {
				holds[g] = append(holds[g], verifiedHold{x.start, x.end + c.Groups[g].Soak, int32(member), i, x.running})
			}
		}
		hold(x.asset)
		for _, guest := range c.guests[x.asset] {
			hold(int(guest))
		}
	}
	for g, list := range holds {
		v.verifyGroup(c, g, list)
	}
}

// verifyGroup walks through the holds of one group, those under way first.
func (v *verifier) verifyGroup(c *verifiedClient, g int, list []verifiedHold) {
	byEnd := slices.Clone(list)
	slices.SortFunc(byEnd, func(a, b verifiedHold) int { return cmp.Compare(a.until, b.until) })
	away := map[int32]int{}
	for _, d := range c.Progress.Down {
		if c.Assets[d].Group == g {
			away[int32(d)]++
		}
	}
	ended := 0
	for _, h := range list {
		for !h.running && ended < len(byEnd) && byEnd[ended].until <= h.from {
			m := byEnd[ended].member
			if away[m]--; away[m] == 0 {
				delete(away, m)
			}
			ended++
		}
		away[h.member]++
		if !h.running && len(away) > c.Groups[g].Max {
			v.against(c, &c.sessions[h.session], HAConflict, "%d units of %s are away at %d, wanted %d at most", len(away), c.Groups[g].ID, h.from, c.Groups[g].Max)
		}
	}
}
