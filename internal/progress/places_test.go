package progress

import (
	"testing"

	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/resultlog"
)

// hung is a stage of four hosts whose controller has two places, both taken by hosts that do
// not answer, after a process died.
func hung(t *testing.T) *stage {
	s := newStage(t, "2026-06-10T08:00:00Z", 4)
	s.now.Most = 2
	s.waves([]int{100}, func(_ int, w *Wave) { w.MaxFailures = count(4) })
	done := 0
	s.answers = func(*dispatch.Task) string {
		if done++; done <= 2 { // install and verify of the first
			return ""
		}
		return "hang"
	}
	for s.to(s.now.At + 60); len(s.run().Claims) < 2; s.to(s.now.At + 60) {
		if s.now.At > clock(t, "2026-06-11T02:00:00Z") {
			t.Fatalf("%d claims", len(s.run().Claims))
		}
	}
	s.crash()
	s.flights = map[string]*flight{}
	s.answers = nil
	return s
}

// P6: who died between its claims and their dispatch has taken all places of the controller
// with them. They are begun all the same: nothing of them is at any host.
func TestP6AbsentClaimsTakeNoPlace(t *testing.T) {
	s := hung(t)
	for k := range s.run().Claims {
		s.now.Absent[k] = true
	}
	s.until("2026-06-11T08:00:00Z")
	if s.run().Outcome != "done" {
		t.Errorf("the run is %q with %d open claims: %v", s.run().Outcome, len(s.run().Claims), s.waits)
	}
}

// R65: hosts that nobody has known of for too long take no place, either.
func TestR65LostHostsTakeNoPlace(t *testing.T) {
	s := hung(t)
	for _, k := range sortedKeys(s.run().Claims) {
		c := s.run().Claims[k]
		s.append("acme", resultlog.Record{Kind: resultlog.Unknown, Plan: key, Run: s.run().ID, Wave: c.Wave, Asset: c.Asset, Segment: string(c.Segment), Attempt: c.Attempt, Key: k, Why: "no answer"})
	}
	s.until("2026-06-11T08:00:00Z")
	if got := s.states(); got[Succeeded]+got[Soaking] != 2 || got[Unknown] != 2 {
		t.Errorf("hosts are %v, wanted two lost and the others done: %v", got, s.waits)
	}
}
