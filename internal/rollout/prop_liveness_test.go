package rollout

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestPropNothingFeasibleIsLeftUnplaced(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := drawInput(t, 2, 5)
		n := newNaive(in, Compute(in))
		for _, x := range n.sessions {
			if x.placed {
				continue
			}
			if s, ok := n.earliest(x); ok {
				t.Errorf("%s %s: asset %d has no place, and could start at %d", x.client.Name, x.plan.Name, x.asset, s)
			}
		}
	})
}

// alone leaves one session in an input.
func alone(in *Input, client, plan, work int) *Input {
	out := cloneInput(in)
	for i := range out.Clients {
		c := &out.Clients[i]
		c.Progress = Progress{Down: c.Progress.Down}
		for j := range c.Plans {
			p := &c.Plans[j]
			if i != client || j != plan {
				p.Work = nil
				continue
			}
			p.Work = []Work{p.Work[work]}
			p.Work[0].DependsOn = nil
		}
	}
	return out
}

func TestPropWhatFitsAloneIsPlacedAtTheFirstMinute(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := drawInput(t, 1, 4)
		for j := range in.Clients[0].Plans {
			for k := range in.Clients[0].Plans[j].Work {
				one := alone(in, 0, j, k)
				s := Compute(one)
				n := newNaive(one, s)
				x := *n.sessions[0]
				n.sessions[0].placed = false
				want, ok := n.earliest(n.sessions[0])
				if ok != x.placed || ok && want != x.start {
					t.Errorf("%s asset %d is at %d (%t), wanted %d (%t)", x.plan.Name, x.asset, x.start, x.placed, want, ok)
				}
			}
		}
	})
}

// missed is the first part of the objective.
func (n *naive) missed() int64 {
	sum := int64(0)
	for _, x := range n.sessions {
		if x.work != nil && (!x.placed || x.work.Due > 0 && x.end > x.work.Due) {
			sum += int64(max(1, x.work.Risk))
		}
	}
	return sum
}

// precedes says whether a session must be placed before another: in waves, after
// what it depends on, in rings.
func (n *naive) precedes(x, y *naiveSession) bool {
	switch {
	case x.plan.ID == y.plan.ID && x.plan.Ring >= 0 && x.plan.Ring != y.plan.Ring:
		return x.plan.Ring < y.plan.Ring
	case x.plan != y.plan || x.client != y.client:
		return false
	case x.wave != y.wave:
		return x.wave < y.wave
	}
	return slices.Contains(y.work.DependsOn, x.asset) || slices.Contains(y.client.standbysOf(y.asset), x.asset)
}

// best tries every order and returns the least that is missed.
func (n *naive) best(rest []*naiveSession) int64 {
	if len(rest) == 0 {
		return n.missed()
	}
	least := int64(1) << 62
	for i, x := range rest {
		others := slices.Delete(slices.Clone(rest), i, i+1)
		if slices.ContainsFunc(others, func(y *naiveSession) bool { return n.precedes(y, x) }) {
			continue
		}
		if s, ok := n.earliest(x); ok {
			n.put(x, s, n.occurrenceAt(x, s))
		}
		least = min(least, n.best(others))
		x.placed = false
	}
	return least
}

func TestPropNoOrderMissesLess(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := drawInput(t, 1, 3)
		for i := range in.Clients {
			in.Clients[i].Progress = Progress{}
		}
		s := Compute(in)
		n := newNaive(in, s)
		if s.Objective.MissedRisk == s.Objective.LowerBound || len(n.sessions) > 4 {
			return
		}
		for _, x := range n.sessions {
			x.placed = false
		}
		least := n.best(slices.DeleteFunc(slices.Clone(n.sessions), n.inCycle))
		if s.Objective.MissedRisk > least {
			t.Errorf("missed risk is %d, and an order has %d\n%s\n%s", s.Objective.MissedRisk, least, dump(in), dump(s))
		}
		if s.Objective.LowerBound > least {
			t.Errorf("the lower bound is %d, and an order has %d", s.Objective.LowerBound, least)
		}
	})
}
