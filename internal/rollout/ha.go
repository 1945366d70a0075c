package rollout

import (
	"slices"

	"github.com/patchops/patchops/internal/window"
)

// groupState is one HA group: how many members may still be away, over time.
type groupState struct {
	free *profile
	held map[int][]window.Span // by member: when it is held, one span per session
	down int                   // members that are down
}

// always is how long a member that is down is held.
func always() window.Span { return window.Span{Start: -none, End: none} }

func newGroups(c *Client) []groupState {
	groups := make([]groupState, len(c.Groups))
	for i := range groups {
		groups[i] = groupState{free: newProfile(int64(c.Groups[i].Max)), held: map[int][]window.Span{}}
	}
	for _, d := range c.Progress.Down {
		if g := c.Assets[d].Group; g >= 0 && !groups[g].isDown(d) {
			groups[g].down++
			groups[g].hold(d, always())
		}
	}
	return groups
}

// isDown says whether a member is down, and not because of a session.
func (g *groupState) isDown(member int) bool {
	return g.down > 0 && slices.Contains(g.held[member], always())
}

// hold takes a member away for a time. However many sessions hold it, it is one
// unit.
func (g *groupState) hold(member int, s window.Span) {
	g.lift(member)
	g.held[member] = append(g.held[member], s)
	g.lower(member)
}

// release is the inverse of hold.
func (g *groupState) release(member int, s window.Span) {
	g.lift(member)
	i := slices.Index(g.held[member], s)
	g.held[member] = slices.Delete(g.held[member], i, i+1)
	g.lower(member)
}

// lift gives back all that one member holds, for a question about its own
// session; lower takes it again.
func (g *groupState) lift(member int)  { g.change(member, 1) }
func (g *groupState) lower(member int) { g.change(member, -1) }

func (g *groupState) change(member int, units int64) {
	held := g.held[member]
	if len(held) == 1 {
		g.free.add(held[0].Start, held[0].End, units)
		return
	}
	for _, s := range window.NewSpans(held) {
		g.free.add(s.Start, s.End, units)
	}
}

// need is which members of a group a session on one asset takes away.
type need struct {
	group   int
	members []int
}

// hosts is which assets run on which, at any depth.
type hosts struct {
	above [][]int32 // by asset: what it runs on
	below [][]int32 // by asset: what runs on it
	busy  []stays   // by asset: its own sessions
	guest []stays   // by asset: the sessions of what runs on it
	needs map[int][]need
}

func newHosts(assets []Asset) hosts {
	h := hosts{above: make([][]int32, len(assets)), below: make([][]int32, len(assets)), busy: make([]stays, len(assets)), guest: make([]stays, len(assets)), needs: map[int][]need{}}
	for i := range assets {
		for on := assets[i].RunsOn; on >= 0 && on != i && !slices.Contains(h.above[i], int32(on)); on = assets[on].RunsOn {
			h.above[i] = append(h.above[i], int32(on))
			h.below[on] = append(h.below[on], int32(i))
		}
	}
	return h
}

// needsOf is what a session on an asset takes away of HA groups: the asset itself
// and all that runs on it.
func (c *client) needsOf(asset int) []need {
	if c.Assets[asset].Group < 0 && len(c.hosts.below[asset]) == 0 {
		return nil
	}
	if n, known := c.hosts.needs[asset]; known {
		return n
	}
	var out []need
	add := func(member int) {
		g := c.Assets[member].Group
		if g < 0 {
			return
		}
		i := slices.IndexFunc(out, func(n need) bool { return n.group == g })
		if i < 0 {
			i = len(out)
			out = append(out, need{group: g})
		}
		out[i].members = append(out[i].members, member)
	}
	add(asset)
	for _, guest := range c.hosts.below[asset] {
		add(int(guest))
	}
	c.hosts.needs[asset] = out
	return out
}

// cutPeersDown asks whether members that are down leave room for a session at all.
func (e *engine) cutPeersDown(s *session, needs []need) (Code, string) {
	c := s.inst.client
	for _, n := range needs {
		g := &c.groups[n.group]
		others := g.down
		for _, m := range n.members {
			if g.isDown(m) {
				others--
			}
		}
		if others > 0 && others+len(n.members) > c.Groups[n.group].Max {
			return HAPeerDown, c.Groups[n.group].ID
		}
	}
	return "", ""
}

// cutGroups leaves the starts at which no group misses too many members, and those
// at which a primary's standbys have soaked.
func (e *engine) cutGroups(s *session, needs []need) (Code, string) {
	c := s.inst.client
	for _, n := range needs {
		g, group := &c.groups[n.group], &c.Groups[n.group]
		for _, m := range n.members {
			g.lift(m)
		}
		e.cutter.cut(g.free, s.class.key.length+group.Soak, int64(len(n.members)))
		for _, m := range n.members {
			g.lower(m)
		}
		if e.cutter.empty() {
			return HAConflict, group.ID
		}
	}
	if s.links == nil {
		return "", ""
	}
	return e.cutStandbys(s)
}

func (e *engine) cutStandbys(s *session) (Code, string) {
	c := s.inst.client
	for _, b := range s.links.standbys {
		group := &c.Groups[c.Assets[s.work.Asset].Group]
		if e.cutter.from(b.end + group.Soak); e.cutter.empty() {
			return HAConflict, group.ID
		}
	}
	if p := s.links.primary; p != nil && p.placed && !p.running {
		group := &c.Groups[c.Assets[p.work.Asset].Group]
		if e.cutter.before(p.start - group.Soak - s.class.key.length + 1); e.cutter.empty() {
			return HAConflict, group.ID
		}
	}
	return "", ""
}
