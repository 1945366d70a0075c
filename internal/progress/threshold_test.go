package progress

import (
	"fmt"
	"strings"
	"testing"

	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/rollout"
)

// fails makes sessions of some hosts fail at their installation.
func (s *stage) fails(which func(asset string) bool) {
	s.answers = func(task *dispatch.Task) string {
		if task.Segment == dispatch.Install && which(task.Asset) {
			return "failed@install"
		}
		return ""
	}
}

// WR22: a wave of 10 that bears 20 %: two fail, and one that nobody reaches is the third.
func TestCaseWR22ThresholdOfAWave(t *testing.T) {
	s := newStage(t, "2026-06-10T08:00:00Z", 10)
	s.waves([]int{100}, func(_ int, w *Wave) { w.MaxFailures = percent(20) })
	n := 0
	s.answers = func(task *dispatch.Task) string {
		if task.Segment != dispatch.Install {
			return ""
		}
		switch n++; {
		case n > 4 && n <= 6:
			return "failed@install"
		case n == 7:
			return "hang"
		}
		return ""
	}
	s.until("2026-06-11T01:40:00Z")
	var lost *Claim
	for _, c := range s.run().Claims {
		lost = c
	}
	if lost == nil || s.wave().State == Paused {
		t.Fatalf("wave %s, failures %d, wanted two failures and one that hangs", s.wave().State, s.wave().Failures)
	}
	delete(s.now.InHand, lost.Key)
	s.append("acme", resultlog.Record{Kind: resultlog.Unknown, Plan: key, Run: s.run().ID, Wave: "w0", Asset: lost.Asset, Key: lost.Key, Why: "unreachable"})
	s.until("2026-06-11T03:00:00Z")
	if w := s.wave(); w.State != Paused || w.Pause != PauseThreshold || !strings.Contains(w.PauseWhy, "3 of 10 failed, 2 may") {
		t.Errorf("the wave is %s(%s): %s, wanted Paused(threshold) at 3 of 10", w.State, w.Pause, w.PauseWhy)
	}
	claims := s.kinds(resultlog.Claim)
	s.until("2026-06-15T08:00:00Z")
	if s.kinds(resultlog.Claim) != claims || s.kinds(resultlog.WaveGoesOn) > 0 {
		t.Error("it went on without anybody's word")
	}
	s.say(resultlog.Resume, key+"/w0", "ada")
	s.until("2026-06-16T08:00:00Z")
	if s.wave().State == Paused && s.wave().Pause == PauseThreshold {
		t.Errorf("it is still paused after a resume: %s", s.wave().PauseWhy)
	}
	if s.kinds(resultlog.Claim) == claims {
		t.Errorf("nothing started after a resume: %v %v", s.states(), s.waits)
	}
}

// A controller cannot resume what waits for a person.
func TestOnlyAPersonResumes(t *testing.T) {
	s := newStage(t, "2026-06-10T08:00:00Z", 1)
	s.settle()
	err := s.state.Apply([]Logged{{"acme", resultlog.Record{Kind: resultlog.Resume, Plan: key, Actor: &resultlog.Actor{Kind: "controller", ID: "c"}}}}, s.blob)
	if err == nil {
		t.Error("a controller resumed")
	}
}

// The first failure of a canary that bears none halts everything.
func TestTheFirstFailureOfACanaryHalts(t *testing.T) {
	s := newStage(t, "2026-06-10T08:00:00Z", 50)
	s.waves([]int{10, 100}, func(k int, w *Wave) {
		if k > 0 {
			w.MaxFailures = percent(50)
		}
	})
	s.fails(func(string) bool { return true })
	s.until("2026-06-20T08:00:00Z")
	s.expectStates(map[HostState]int{Failed: 1, Planned: 49})
	if s.most != 1 {
		t.Errorf("%d were in flight at once in a canary that bears no failure", s.most)
	}
}

// R51: a patch that breaks every host breaks at most budget + 1; in flight are 1, 2, 4, ...
func TestAPatchThatBreaksEveryHost(t *testing.T) {
	for budget := int64(0); budget <= 12; budget += 3 {
		for lucky := 0; lucky <= 20; lucky += 5 { // it breaks them only after so many
			s := newStage(t, "2026-06-10T08:00:00Z", 60)
			s.waves([]int{100}, func(_ int, w *Wave) { w.MaxFailures = count(budget) })
			n := 0
			s.answers = func(task *dispatch.Task) string {
				if task.Segment == dispatch.Verify {
					if n++; n > lucky {
						return "failed@postcheck"
					}
				}
				return ""
			}
			s.until("2026-06-12T08:00:00Z")
			if w := s.wave(); w.Failures > budget+1 || w.State != Paused || w.Failures == 0 {
				t.Errorf("budget %d, %d lucky: %d failed, wave %s", budget, lucky, w.Failures, w.State)
			}
		}
	}
}

func TestRampDoubles(t *testing.T) {
	var got []int64
	for n := range int64(16) {
		got = append(got, ramp(n))
	}
	if text := fmt.Sprint(got); text != "[1 2 2 4 4 4 4 8 8 8 8 8 8 8 8 16]" {
		t.Errorf("the ramp is %s", text)
	}
}

func TestMaxConcurrentAndStagger(t *testing.T) {
	s := newStage(t, "2026-06-10T08:00:00Z", 12)
	s.waves([]int{100}, func(_ int, w *Wave) { w.MaxFailures, w.MaxConcurrent, w.Stagger = count(12), count(3), 300 })
	s.until("2026-06-11T08:00:00Z")
	last := int64(0)
	for _, l := range s.log {
		if l.Record.Kind == resultlog.Claim && l.Record.Segment == "install" {
			if at := seconds(l.Record.T); at-last < 300 {
				t.Errorf("two starts %d s apart, wanted 300", at-last)
			} else {
				last = at
			}
		}
	}
	if s.most > 3 {
		t.Errorf("%d in flight, wanted at most 3", s.most)
	}
	if s.run().Outcome != "done" {
		t.Errorf("the run is %q: %v", s.run().Outcome, s.waits)
	}
}

// A percentage of the rollout is one of all its hosts, one of a wave of its members.
func TestDenominators(t *testing.T) {
	for _, ofRollout := range []bool{false, true} {
		s := newStage(t, "2026-06-10T08:00:00Z", 40)
		s.waves([]int{25, 100}, func(_ int, w *Wave) { w.MaxFailures, w.OfRollout = percent(20), ofRollout })
		s.until("2026-06-11T01:00:00Z")
		want := int64(2)
		if ofRollout {
			want = 8
		}
		if got := s.wave().Budget; got != want {
			t.Errorf("of the rollout %t: the wave bears %d, wanted %d", ofRollout, got, want)
		}
	}
}

// A wave that is paused when nothing of it is left to begin says what it waits for.
func TestAPausedWaveWithoutHostsLeftSaysWhy(t *testing.T) {
	s := newStage(t, "2026-06-10T08:00:00Z", 1)
	s.fails(func(string) bool { return true })
	s.until("2026-06-11T08:00:00Z")
	if s.wave().Pause != PauseThreshold || !s.waiting(rollout.Held) {
		t.Errorf("the wave is %s(%s), waits %v", s.wave().State, s.wave().Pause, s.waits)
	}
}
