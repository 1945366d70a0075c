package rollout

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// The verifier and the scan by minutes are written apart: put one session anywhere,
// and they agree on whether a constraint is broken.
func TestPropVerifierObjectsWhereTheScanDoes(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := drawInput(t, 2, 5)
		s := Compute(in)
		n := newNaive(in, s)
		free := slices.DeleteFunc(slices.Clone(n.sessions), func(x *naiveSession) bool {
			return x.running || n.waits(x) || n.inCycle(x) || len(x.work.Blocks) > 0 || len(x.considered) == 0
		})
		if len(free) == 0 {
			return
		}
		x := rapid.SampledFrom(free).Draw(t, "session")
		o := rapid.SampledFrom(x.considered).Draw(t, "occurrence")
		first := max(o.start, ceilMinute(in.AsOf))
		start := first + 60*int64(rapid.IntRange(0, int(max(0, o.end-first)/60)).Draw(t, "minute"))
		if len(x.starts()) > 0 && rapid.Bool().Draw(t, "possible") {
			start = rapid.SampledFrom(x.starts()).Draw(t, "start")
		}
		if start < in.AsOf || start >= in.AsOf+in.Horizon {
			return
		}
		x.placed = false
		feasible := n.feasible(x, start)
		var broken []Objection
		for _, o := range Verify(in, n.rearranged(s, x, start)) {
			if o.Code != "" {
				broken = append(broken, o)
			}
		}
		if feasible != (len(broken) == 0) {
			t.Errorf("%s asset %d at %d: feasible is %t, and the objections are %+v\n%s\n%s", x.plan.Name, x.asset, start, feasible, broken, dump(in), dump(s))
		}
	})
}

// rearranged is a schedule with one session at another start.
func (n *naive) rearranged(s *Schedule, x *naiveSession, start int64) *Schedule {
	out := *s
	out.Plans = slices.Clone(s.Plans)
	name := x.client.Assets[x.asset].Name
	for i := range out.Plans {
		p := &out.Plans[i]
		if p.Client != x.client.Name || p.Plan != x.plan.Name {
			continue
		}
		p.Placements = slices.DeleteFunc(slices.Clone(p.Placements), func(y Placement) bool { return y.Asset == name })
		p.Unplaced = slices.DeleteFunc(slices.Clone(p.Unplaced), func(y Unplaced) bool { return y.Asset == name })
		place := Placement{
			Asset: name, Wave: x.plan.Waves[x.wave].Name, Start: start, End: start + x.work.Minutes*60,
			Patches: x.work.Patches, Risk: x.work.Risk, Due: x.work.Due,
		}
		if o := n.occurrenceAt(x, start); o.window >= 0 {
			place.Window, place.Occurrence = x.client.Windows[o.window].Name, o.start
		}
		p.Placements = append(p.Placements, place)
	}
	return &out
}
