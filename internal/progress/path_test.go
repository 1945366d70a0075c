package progress

import (
	"testing"

	"github.com/patchops/patchops/internal/resultlog"
)

// The happy path: a run begins, is scheduled, its waves begin in turn, hosts are done,
// and it ends.
func TestARunGoesThroughItsWaves(t *testing.T) {
	s := newStage(t, "2026-06-10T08:00:00Z", 10)
	s.waves([]int{10, 50, 100}, func(k int, w *Wave) {
		w.Soak = 1800
		if k > 0 {
			w.MaxFailures = percent(50)
		}
	})
	s.until("2026-06-14T08:00:00Z")
	r := s.run()
	if r.Outcome != "done" {
		t.Errorf("the run is %q, wanted done; waits %v", r.Outcome, s.waits)
	}
	s.expectStates(map[HostState]int{Succeeded: 10})
	for i, want := range []WaveState{Promoted, Promoted, WaveClosed} {
		if w := r.Waves[i]; w.State != want || w.InFlight != 0 {
			t.Errorf("wave %s is %s with %d in flight, wanted %s", w.Name, w.State, w.InFlight, want)
		}
	}
	if n := s.kinds(resultlog.Claim); n != 20 {
		t.Errorf("%d claims, wanted an install and a verify for each of 10 hosts", n)
	}
	if acts := s.settle(); len(acts) > 0 {
		t.Errorf("after its end there is still %v to do", acts)
	}
}
