package progress

import (
	"testing"

	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/rollout"
)

// TestTheCloseGateHoldsTheEnd: a rollout of which rules of the close gate refuse the closing,
// or were not asked about its newest result, is not recorded as ended; once they agree it is.
// An abort ends it whatever they say.
func TestTheCloseGateHoldsTheEnd(t *testing.T) {
	for _, c := range []struct {
		name string
		gate *CloseGate
		ends bool
	}{
		{"no rules", nil, true},
		{"not asked", &CloseGate{Results: -1}, false},
		{"asked before the newest result", &CloseGate{Results: 1}, false},
		{"refused", &CloseGate{Results: 2, Why: "no review"}, false},
		{"agreed", &CloseGate{Results: 2}, true},
	} {
		s := newStage(t, "2026-06-10T08:00:00Z", 1)
		s.plan.Close = c.gate
		s.until("2026-06-12T08:00:00Z")
		if ended := s.run().Outcome == "done"; ended != c.ends || ended == s.waiting(rollout.Held) {
			t.Errorf("%s: the run is %q, waits %v", c.name, s.run().Outcome, s.waits)
		}
		if c.ends {
			continue
		}
		if !s.run().Settled() {
			t.Errorf("%s: it is not settled", c.name)
		}
		s.plan.Close = &CloseGate{Results: s.run().Results()}
		s.until("2026-06-12T08:10:00Z")
		if s.run().Outcome != "done" {
			t.Errorf("%s: the run is %q once they agreed", c.name, s.run().Outcome)
		}
	}
	s := newStage(t, "2026-06-10T08:00:00Z", 1)
	s.plan.Close = &CloseGate{Results: -1}
	s.until("2026-06-12T08:00:00Z")
	s.say(resultlog.Abort, key, "dana")
	s.until("2026-06-12T08:10:00Z")
	if s.run().Outcome != "aborted" {
		t.Errorf("the run is %q after an abort", s.run().Outcome)
	}
}

// TestARunWithoutHostsIsAskedAbout: all its hosts may go between its beginning and its first
// schedule. Nothing of it is done, and what asks about the close gate must not forget it.
func TestARunWithoutHostsIsAskedAbout(t *testing.T) {
	if (&Run{}).Settled() {
		t.Error("a run is settled before its hosts are known")
	}
	if !(&Run{Schedule: &Locked{}}).Settled() {
		t.Error("a run without a host is never settled")
	}
}
