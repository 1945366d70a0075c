package runner_test

import (
	"testing"

	"github.com/patchops/patchops/internal/progress"
	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/runner/runnertest"
)

// What a gate's probe found is recorded once, whatever becomes of the flush that it is in:
// it is not measured again for that, and does not have to wait until it is due again.
func TestWhatAGateFoundIsNotLost(t *testing.T) {
	for i, fault := range []runnertest.Fault{runnertest.Race, runnertest.Down, runnertest.Lost, runnertest.Late, runnertest.Full} {
		s := newStage(t, runnertest.Shape{Hosts: 1})
		s.first = []progress.Decision{{
			Act: progress.Measures, Client: "acme", Plan: "march", Wave: "wave-0", Gate: &progress.Gate{Name: "probe-0", Every: 3600, Fail: 3},
			Records: []resultlog.Record{{Kind: resultlog.Gate, Plan: "acme/march", Wave: "wave-0", Gate: "probe-0"}},
		}}
		if i == 0 { // measured before, by somebody else
			s.measured = 2
			s.Log.Add("acme", resultlog.Record{Kind: resultlog.Gate, T: "2026-03-01T00:00:00Z", Plan: "acme/march", Wave: "wave-0", Gate: "probe-0", Outcome: "pass"})
		}
		n, left := s.node(), 3
		n.Ledger.Fail = func(call string) runnertest.Fault {
			if call == "flush" && left > 0 {
				left--
				return fault
			}
			return runnertest.Fine
		}
		s.run(n, 1200)
		if got := len(s.Log.Of(resultlog.Gate)); s.Tell.Measured != 1 || got != 1+min(1, int(s.measured)) {
			t.Errorf("fault %d: measured %d times, recorded %d", fault, s.Tell.Measured, got)
		}
		s.once(1)
	}
}
