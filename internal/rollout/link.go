package rollout

import (
	"cmp"
	"slices"
)

// link joins each session to those of the same plan that go before it: what it
// depends on and, for the primary of a group whose standbys go first, these.
func (inst *instance) link() {
	any := false
	for i := range inst.sessions {
		s := &inst.sessions[i]
		for _, d := range s.work.DependsOn {
			if b := inst.at(d); b != nil {
				l, r := s.linked(), b.linked()
				l.before, r.after = append(l.before, b), append(r.after, s)
				any = true
			}
		}
		any = inst.linkStandbys(s) || any
	}
	for i := range inst.sessions {
		if l := inst.sessions[i].links; l != nil {
			sortSessions(l.before)
			sortSessions(l.standbys)
		}
	}
	if any {
		inst.findDepths()
	}
}

// sortSessions sorts by asset: whatever order the input lists them in, what is said
// of the first is the same.
func sortSessions(list []*session) {
	slices.SortFunc(list, func(a, b *session) int { return cmp.Compare(a.work.Asset, b.work.Asset) })
}

func (s *session) linked() *links {
	if s.links == nil {
		s.links = &links{}
	}
	return s.links
}

func (inst *instance) linkStandbys(s *session) bool {
	g := inst.client.Assets[s.work.Asset].Group
	if g < 0 || !inst.client.Groups[g].StandbyFirst || inst.client.Groups[g].Primary != s.work.Asset {
		return false
	}
	for _, m := range inst.client.Groups[g].Members {
		if b := inst.at(m); b != nil && b != s {
			s.linked().standbys = append(s.linked().standbys, b)
			b.linked().primary = s
		}
	}
	return s.links != nil && len(s.links.standbys) > 0
}

// predecessor is the i-th session that goes before s, or nil after the last.
func (s *session) predecessor(i int) *session {
	if s.links == nil {
		return nil
	}
	if n := len(s.links.before); i >= n {
		if i -= n; i >= len(s.links.standbys) {
			return nil
		}
		return s.links.standbys[i]
	}
	return s.links.before[i]
}

// findDepths says how many sessions go before each in a row, and which are in a
// cycle: Tarjan's strongly connected components, without recursion, since chains
// may be long. A component is complete after all that goes before it.
func (inst *instance) findDepths() {
	t := tarjan{number: map[*session]int32{}, low: map[*session]int32{}}
	for i := range inst.sessions {
		s := &inst.sessions[i]
		if s.links != nil && t.number[s] == 0 {
			t.visit(s)
		}
	}
}

type tarjan struct {
	number, low map[*session]int32
	open        []*session // in no complete component yet
	components  int32
}

type tarjanFrame struct {
	s    *session
	next int
}

func (t *tarjan) enter(s *session) tarjanFrame {
	n := int32(len(t.number) + 1)
	t.number[s], t.low[s] = n, n
	t.open = append(t.open, s)
	return tarjanFrame{s: s}
}

func (t *tarjan) visit(s *session) {
	path := []tarjanFrame{t.enter(s)}
	for len(path) > 0 {
		f := &path[len(path)-1]
		b := f.s.predecessor(f.next)
		f.next++
		switch {
		case b == nil:
			t.leave(f.s)
			path = path[:len(path)-1]
			if n := len(path); n > 0 {
				t.low[path[n-1].s] = min(t.low[path[n-1].s], t.low[f.s])
			}
		case t.number[b] == 0:
			path = append(path, t.enter(b))
		case b.links.component == 0:
			t.low[f.s] = min(t.low[f.s], t.number[b])
		}
	}
}

// leave completes a component where s is its first.
func (t *tarjan) leave(s *session) {
	if t.low[s] != t.number[s] {
		return
	}
	t.components++
	n := len(t.open)
	for t.open[n-1] != s {
		n--
	}
	members := t.open[n-1:]
	t.open = t.open[:n-1]
	for _, m := range members {
		m.links.component = t.components
	}
	depth := int32(0)
	for _, m := range members {
		for i := 0; m.predecessor(i) != nil; i++ {
			if b := m.predecessor(i); b.links.component != t.components {
				depth = max(depth, b.depth+1)
			} else {
				m.cycle = true
			}
		}
	}
	for _, m := range members {
		m.depth = depth
		m.cycle = m.cycle || len(members) > 1
	}
}

// unplacedBefore is why a session has no place because of what goes before it, if
// so: it is in a cycle, or one of those has no place.
func (s *session) unplacedBefore() (Code, string) {
	for i := 0; s.predecessor(i) != nil; i++ {
		b := s.predecessor(i)
		if s.cycle && b.cycle && b.links.component == s.links.component {
			return DepCycle, b.name()
		}
	}
	for i := 0; s.predecessor(i) != nil; i++ {
		if b := s.predecessor(i); !b.placed {
			return DepUnplaced, b.name()
		}
	}
	return "", ""
}
