package simulation

import "testing"

// troubled are worlds in which all goes wrong that can with one client's hosts, documents and
// people, and nothing with the other's.
var troubled = Faults{
	Power: 300, Vanish: 400, Liar: 500, Hang: 500, Break: 500, Words: 1000, Freeze: 300, Change: 300, Until: 2 * day,
}

// TestR65OneClientsTroubleStopsNoOther: whatever one client's hosts do, and however its plan is
// held, changed or aborted, the other's plan is carried out, within half a day of when it would
// be alone, by a controller with few places.
func TestR65OneClientsTroubleStopsNoOther(t *testing.T) {
	all(number(t, "PATCHOPS_SIMULATIONS", 200), func(i int, l *Library) bool {
		s, beside := &Shapes[i%len(Shapes)], &Shapes[i/len(Shapes)%len(Shapes)]
		o := Options{Seed: uint64(i), Shape: s, Faults: &troubled, Library: l, Spared: true}
		alone := play(o).parties[0].judge
		o.Beside, o.Most = beside, 2+i%4
		w := play(o)
		beset := w.parties[0].judge
		if len(w.broken) > 0 || beset.over != "done" || beset.overAt > alone.overAt+day/2 {
			t.Errorf("%s beside %s: the run is %q after %d s, alone %q after %d s", s.Name, beside.Name, beset.over, beset.overAt-epoch, alone.over, alone.overAt-epoch)
			blame(t, o, w.result())
			return false
		}
		return true
	})
}

// TestEveryCrashBesideAnother: P6, the end of two clients is the same wherever their controller,
// which has three places for both, is killed.
func TestEveryCrashBesideAnother(t *testing.T) {
	o := Options{Seed: 7, Shape: &small, Beside: &failing, Most: 3, Faults: failing.broken()}
	base := Run(o)
	if len(base.Broken) > 0 || base.Outcome != "partial+partial" {
		blame(t, o, base)
		t.Fatalf("the runs are %q", base.Outcome)
	}
	every := number(t, "PATCHOPS_CRASHES_EVERY", 1+6*short())
	all(base.Points/every, func(i int, l *Library) bool {
		one := o
		one.CrashAt, one.Library = []int{i*every + 1}, l
		return same(t, base.End, one)
	})
	t.Logf("%d boundaries, every %dth; the end: %s", base.Points, every, base.End)
}
