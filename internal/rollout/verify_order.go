package rollout

import (
	"slices"
	"sort"
)

// verifyOrder checks that nothing goes before what it depends on, primaries after
// their standbys, and that no machine is worked on twice at once.
func (v *verifier) verifyOrder(c *verifiedClient) {
	byAsset := make([][]int32, len(c.Assets))
	for _, i := range c.byStart {
		a := c.sessions[i].asset
		byAsset[a] = append(byAsset[a], i)
	}
	for _, list := range byAsset {
		slices.SortFunc(list, func(a, b int32) int { return int(c.sessions[a].start - c.sessions[b].start) })
	}
	for i := range c.sessions {
		x := &c.sessions[i]
		if x.work != nil && !x.running {
			v.verifyBefore(c, x)
		}
		v.verifyExclusive(c, int32(i), byAsset)
	}
}

// verifyBefore checks what has to be over before a session starts.
func (v *verifier) verifyBefore(c *verifiedClient, x *verifiedSession) {
	p := &c.plans[x.plan]
	ends := func(asset int) (end int64, placed, has bool) {
		i, ok := findWork(p.Work, asset)
		if !ok || p.session[i] < 0 {
			return 0, false, ok
		}
		return c.sessions[p.session[i]].end, true, true
	}
	for _, d := range x.work.DependsOn {
		end, placed, has := ends(d)
		if has && !placed {
			v.against(c, x, DepUnplaced, "the session has a place, and %q has none", c.Assets[d].Name)
		} else if x.start < end {
			v.against(c, x, DepOrder, "the session starts at %d, before the end of %q at %d", x.start, c.Assets[d].Name, end)
		}
	}
	for _, m := range c.standbys(x.asset) {
		end, placed, has := ends(m)
		soak := c.Groups[c.Assets[x.asset].Group].Soak
		if has && !placed {
			v.against(c, x, DepUnplaced, "the primary has a place, and its standby %q has none", c.Assets[m].Name)
		} else if placed && x.start < end+soak {
			v.against(c, x, HAConflict, "the primary starts at %d, before %q has soaked at %d", x.start, c.Assets[m].Name, end+soak)
		}
	}
}

// verifyExclusive checks one session against those of the same machine and of
// all that it runs on.
func (v *verifier) verifyExclusive(c *verifiedClient, index int32, byAsset [][]int32) {
	x := &c.sessions[index]
	asset := x.asset
	for steps := 0; asset >= 0 && steps <= len(c.Assets); steps++ {
		list := byAsset[asset]
		at := sort.Search(len(list), func(i int) bool { return c.sessions[list[i]].start >= x.end })
		for i := at - 1; i >= 0; i-- {
			y := &c.sessions[list[i]]
			if list[i] == index {
				continue
			}
			if y.end > x.start && (!x.running || !y.running) {
				v.against(c, x, Exclusive, "the session overlaps one of %q at %d", c.Assets[asset].Name, y.start)
			}
			break
		}
		if asset = c.Assets[asset].RunsOn; asset == x.asset {
			return
		}
	}
}
