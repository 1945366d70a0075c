package rollout

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// first is the first constraint that a start breaks: its own, or by what it does
// to the others that of the gate they wait for.
func (n *naive) first(x *naiveSession, o naiveOccurrence, s int64) Code {
	if code := n.static(x, o, s); code != "" {
		return code
	}
	if code := n.dynamic(x, o, s); code != "" {
		return code
	}
	if !n.feasible(x, s) {
		return WaveGate
	}
	return ""
}

// cut is the first constraint that leaves no start of an occurrence; no says that
// the occurrence has no start of its own.
func (n *naive) cut(x *naiveSession, o naiveOccurrence) (code Code, no bool) {
	no = true
	for s := max(o.start, n.floor+before*60); s < min(o.end, n.in.AsOf+n.in.Horizon); s += 60 {
		if s < n.in.AsOf || o.terms >= 0 && n.occurrenceAt(x, s) != o {
			continue
		}
		at := n.first(x, o, s)
		if at == "" {
			return "", false
		}
		if no || rank(at) > rank(code) {
			code = at
		}
		no = false
	}
	return code, no
}

// agrees says whether a reported code is what is found among the final
// placements. Those made after the session was tried can only make it fail sooner,
// but for costs: they may take what was missing of a minimum.
func (x *naiveSession) agrees(reported, found Code) bool {
	minimum := func(g Agreement) bool { return g.CostCap >= 0 && g.Rates.MinimumMins > 0 }
	if reported == CostCap && found == "" && slices.ContainsFunc(x.client.Agreements, minimum) {
		return true
	}
	if rank(found) <= rank(Deadline) && found != "" || rank(reported) <= rank(Deadline) {
		return reported == found
	}
	return found != "" && rank(found) <= rank(reported)
}

func TestPropRejectionsAreTrue(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := drawInput(t, 2, 4)
		s := Compute(in)
		n := newNaive(in, s)
		at := 0
		for i := range s.Plans {
			p := &s.Plans[i]
			for j := range p.Placements {
				if x := n.sessions[at]; !x.running {
					rejectionsAre(t, n, x, p.Placements[j].Rejected)
				}
				at++
			}
			for j := range p.Unplaced {
				unplacedIs(t, n, n.sessions[at], &p.Unplaced[j])
				at++
			}
		}
	})
}

// rejectionsAre compares what was rejected before a session's place, or all where
// it has none.
func rejectionsAre(t *rapid.T, n *naive, x *naiveSession, reported []Rejection) {
	for w := range x.client.Windows {
		var got []Code
		for _, r := range reported {
			if r.Window == x.client.Windows[w].Name {
				got = append(got, slices.Repeat([]Code{r.Code}, r.Count)...)
			}
		}
		var want []Code
		for _, o := range x.considered {
			if x.placed && o == x.occurrence {
				break
			}
			if code, no := n.cut(x, o); o.window == w && !no {
				want = append(want, code)
			}
		}
		if !slices.EqualFunc(got, want, x.agrees) {
			t.Errorf("%s %s asset %d window %d: rejected for %v, wanted %v", x.client.Name, x.plan.Name, x.asset, w, got, want)
		}
	}
}

func unplacedIs(t *rapid.T, n *naive, x *naiveSession, u *Unplaced) {
	switch {
	case len(x.work.Blocks) > 0:
		if u.Code != x.work.Blocks[0].Code || len(u.Tried) > 0 {
			t.Errorf("%s is blocked, and its code is %s", u.Asset, u.Code)
		}
	case n.inCycle(x):
		if u.Code != DepCycle {
			t.Errorf("%s waits for itself, and its code is %s", u.Asset, u.Code)
		}
	case u.Code == DepUnplaced:
		if !n.waits(x) {
			t.Errorf("%s waits for nothing, and its code is %s", u.Asset, u.Code)
		}
	default:
		rejectionsAre(t, n, x, u.Tried)
		furthest := -1
		for _, r := range u.Tried {
			furthest = max(furthest, rank(r.Code))
		}
		if furthest >= 0 && rank(u.Code) != furthest {
			t.Errorf("%s has code %s, and was tried: %v", u.Asset, u.Code, u.Tried)
		}
		if furthest < 0 && !slices.Contains([]Code{Horizon, NoWindow, AgreementNotInForce}, u.Code) {
			t.Errorf("%s has code %s, and nothing was tried", u.Asset, u.Code)
		}
	}
}

func TestPropBindingIsTrue(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := drawInput(t, 2, 4)
		s := Compute(in)
		n := newNaive(in, s)
		at := 0
		for i := range s.Plans {
			p := &s.Plans[i]
			for j := range p.Placements {
				if x := n.sessions[at]; !x.running {
					bindingIs(t, n, x, &p.Placements[j])
				}
				at++
			}
			at += len(p.Unplaced)
		}
	})
}

func bindingIs(t *rapid.T, n *naive, x *naiveSession, p *Placement) {
	earlier := p.Start - 60
	if m := n.at(earlier); earlier >= n.in.AsOf && n.isWithin(x, m) {
		if o := n.occurrenceAt(x, earlier); o.window >= 0 {
			if code := n.first(x, o, earlier); !x.agrees(p.Binding, code) {
				t.Errorf("%s at %d: binding is %q, and a minute earlier breaks %q", p.Asset, p.Start, p.Binding, code)
			}
			return
		}
	}
	want := Code("")
	if len(p.Rejected) > 0 {
		want = p.Rejected[len(p.Rejected)-1].Code
	}
	if len(p.Rejected) < 2 && p.Binding != want {
		t.Errorf("%s at %d: binding is %q, wanted %q", p.Asset, p.Start, p.Binding, want)
	}
}
