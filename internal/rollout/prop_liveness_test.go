package rollout

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestPropNothingFeasibleIsLeftUnplaced(t *testing.T) {
	t.Parallel()
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
	t.Parallel()
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

// missed is what a session adds to the first part of the objective.
func (x *naiveSession) missed() int64 {
	if x.placed && (x.work.Due == 0 || x.end <= x.work.Due) {
		return 0
	}
	return int64(max(1, x.work.Risk))
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

// beats says whether some order of the rest misses less than a bound, and how
// much; what has been missed already is taken off the bound.
func (n *naive) beats(rest []*naiveSession, bound int64) (order []int, ok bool) {
	if bound <= 0 {
		return nil, false
	}
	if len(rest) == 0 {
		return nil, true
	}
	for i, x := range rest {
		others := slices.Delete(slices.Clone(rest), i, i+1)
		if slices.ContainsFunc(others, func(y *naiveSession) bool { return n.precedes(y, x) }) {
			continue
		}
		if s, ok := n.earliest(x); ok {
			n.put(x, s, n.occurrenceAt(x, s))
		}
		order, ok = n.beats(others, bound-x.missed())
		if x.placed = false; ok {
			return append(order, x.asset), true
		}
	}
	return nil, false
}

func TestPropNoOrderMissesLess(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := drawInput(t, 1, 3)
		in.Clients[0].Progress = Progress{}
		s := Compute(in)
		n := newNaive(in, s)
		if s.Objective.MissedRisk == s.Objective.LowerBound || len(n.sessions) > 5 {
			return
		}
		bound := s.Objective.MissedRisk
		rest := slices.DeleteFunc(slices.Clone(n.sessions), n.inCycle)
		for _, x := range n.sessions {
			if x.placed = false; n.inCycle(x) {
				bound -= x.missed()
			}
		}
		if order, ok := n.beats(rest, bound); ok {
			t.Errorf("missed risk is %d, and the assets in the order %v, from the last, miss less\n%s\n%s", s.Objective.MissedRisk, order, dump(in), dump(s))
		}
	})
}

// What the lower bound counts has no place, or one after its due date, even alone.
func TestPropLowerBoundIsReachedByNothingLess(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := drawInput(t, 1, 4)
		in.Clients[0].Progress = Progress{}
		s := Compute(in)
		n := newNaive(in, s)
		bound := int64(0)
		for _, x := range n.sessions {
			if len(x.work.Blocks) > 0 || len(x.starts()) == 0 || x.work.Due > 0 && x.starts()[0]+x.work.Minutes*60 > x.work.Due {
				bound += int64(max(1, x.work.Risk))
			}
		}
		if s.Objective.LowerBound != bound {
			t.Errorf("the lower bound is %d, wanted %d", s.Objective.LowerBound, bound)
		}
	})
}
