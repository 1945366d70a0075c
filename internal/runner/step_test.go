package runner_test

import (
	"testing"

	"github.com/patchops/patchops/internal/runner/runnertest"
)

func TestEverySegmentIsClaimedBegunAndRecordedOnce(t *testing.T) {
	s := newStage(t, runnertest.Shape{Hosts: 5})
	n := s.node()
	r := s.run(n, 600)
	s.once(5)
	if !r.Idle || r.InFlight != 0 {
		t.Errorf("idle %v with %d in flight", r.Idle, r.InFlight)
	}
}
