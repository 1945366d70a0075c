package progress

import (
	"testing"

	"github.com/patchops/patchops/internal/rollout"
)

// TestAWaveIsPutBeforeTheLastUnderWay: that one is judged and ended all the same, though the other
// has no hosts and does not begin.
func TestAWaveIsPutBeforeTheLastUnderWay(t *testing.T) {
	for budget, want := range map[int64]string{0: "", 1: "partial"} {
		s := newStage(t, "2026-06-10T08:00:00Z", 2)
		s.waves([]int{50, 100}, func(_ int, w *Wave) { w.MaxFailures = count(budget) })
		s.until("2026-06-11T01:16:00Z")
		if w := s.run().wave("w1"); w == nil || w.InFlight != 1 {
			t.Fatalf("%+v found, the last host under way wanted", w)
		}
		p := &s.docs.Input.Clients[0].Plans[0]
		s.plan.Waves = append([]Wave{{Name: "pilot", Advance: 100}}, s.plan.Waves...)
		p.Waves = append([]rollout.Wave{{Name: "pilot", Percent: 10, Advance: 100}}, p.Waves...)
		s.commit("a pilot")
		s.fails(func(string) bool { return true })
		s.until("2026-06-12T08:00:00Z")
		w := s.run().wave("w1")
		if s.run().Outcome != want || want == "" && w.Pause != PauseThreshold {
			t.Errorf("budget %d: the run is %q, w1 %s(%s): %v", budget, s.run().Outcome, w.State, w.Pause, s.waits)
		}
	}
}
