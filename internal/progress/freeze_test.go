package progress

import (
	"testing"

	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/rollout"
	"github.com/patchops/patchops/internal/window"
)

// freeze binds assets by a freeze, in documents of another commit.
func (s *stage) freeze(from, until string, bound func(asset int) bool) {
	c := &s.docs.Input.Clients[0]
	c.Denies = []rollout.Deny{{ID: "Freeze/_/q1", Rule: "incident", Fixed: window.Span{Start: clock(s.T, from), End: clock(s.T, until)}}}
	for i := range c.Assets {
		if c.Assets[i].Denies = nil; bound == nil || bound(i) {
			c.Assets[i].Denies = []int{0}
		}
	}
	s.commit("freeze " + until)
}

// TestAFreezeOfWhatIsDue: hosts that were due and waited for their turn when a freeze came go
// on soon after it is lifted, and not when it would have ended.
func TestAFreezeOfWhatIsDue(t *testing.T) {
	s := midWave(t)
	s.answers = nil
	s.freeze("2026-06-11T02:00:00Z", "2026-06-20T00:00:00Z", nil)
	s.until("2026-06-11T02:30:00Z")
	if w := s.wave(); w.Pause != PauseFreeze {
		t.Fatalf("%+v found, a wave that a freeze pauses wanted", w.Pauses)
	}
	s.docs.Input.Clients[0].Denies = nil
	for i := range s.docs.Input.Clients[0].Assets {
		s.docs.Input.Clients[0].Assets[i].Denies = nil
	}
	s.commit("lifted")
	s.until("2026-06-11T02:35:00Z")
	late, soon := 0, clock(t, "2026-06-13T00:00:00Z")
	for _, h := range s.run().Hosts {
		if h.Place != nil && h.Place.Start > soon {
			late++
		}
	}
	if late > 0 {
		t.Errorf("%d hosts are placed days after the freeze was lifted, wanted none", late)
	}
}

// midWave brings a wave of 100 hosts to 20 done, 5 installing, 10 staged and 65 pending.
func midWave(t *testing.T) *stage {
	s := newStage(t, "2026-06-10T08:00:00Z", 100)
	s.waves([]int{100}, func(_ int, w *Wave) { w.MaxFailures, w.MaxConcurrent = percent(20), count(15) })
	done := 0
	s.answers = func(task *dispatch.Task) string {
		if task.Segment == dispatch.Install {
			if done == 20 {
				return "hang"
			}
			done++
		}
		return ""
	}
	s.until("2026-06-11T02:00:00Z")
	n := 0
	for _, h := range s.run().underWay() {
		if s.state.Live[h.Key] = dispatch.Installs; n >= 5 {
			s.state.Live[h.Key] = dispatch.Stage
		}
		n++
	}
	s.expectStates(map[HostState]int{Soaking: 20, Claimed: 15, Planned: 65})
	return s
}

func (s *stage) wave() *WaveProgress { return &s.run().Waves[0] }

func TestCaseWR18AFreezeMidWave(t *testing.T) {
	s := midWave(t)
	claims := s.kinds(resultlog.Claim)
	s.freeze("2026-06-11T02:00:00Z", "2026-06-20T00:00:00Z", nil)
	s.settle()
	if len(s.stopped) != 10 {
		t.Errorf("%d hosts were stopped, wanted the 10 that are staged", len(s.stopped))
	}
	if w := s.wave(); w.State != Paused || w.Pause != PauseFreeze {
		t.Errorf("the wave is %s(%s), wanted Paused(freeze)", w.State, w.Pause)
	}
	if n := s.kinds(resultlog.Claim); n != claims {
		t.Errorf("%d new claims in a freeze", n-claims)
	}
	for _, h := range s.run().underWay() {
		task := s.flights[h.Key].task
		delete(s.flights, h.Key)
		delete(s.now.InHand, h.Key)
		s.append("acme", resultlog.Record{
			Kind: resultlog.Result, Plan: key, Run: task.Run, Wave: task.Wave, Asset: task.Asset, Segment: "install", Attempt: 1,
			Key: task.Key, Outcome: dispatch.Succeeded, Overrun: true,
		})
	}
	s.until("2026-06-11T02:30:00Z")
	overrun, left := 0, 0
	for _, h := range s.run().Hosts {
		if h.Overrun {
			overrun++
		}
		if !h.State.Ended() {
			left++
		}
	}
	if overrun != 5 || left != 75 {
		t.Errorf("%d overran and %d are left, wanted 5 and 75", overrun, left)
	}
	s.until("2026-06-19T12:00:00Z")
	if n := s.kinds(resultlog.Claim); n != claims+5 { // verify of the five
		t.Errorf("%d claims while the freeze lasts, wanted the 5 that check what was installed", n-claims)
	}
}

func TestCaseWR19AWaveResumesItself(t *testing.T) {
	s := midWave(t)
	s.freeze("2026-06-11T02:00:00Z", "2026-06-11T02:20:00Z", nil)
	s.answers = nil
	s.settle()
	if s.wave().Pause != PauseFreeze {
		t.Fatalf("the wave is %s, wanted it paused", s.wave().State)
	}
	for _, f := range s.flights {
		f.ends = s.now.At + minute
	}
	s.until("2026-06-11T02:19:59Z")
	if n := s.kinds(resultlog.WaveGoesOn); n != 0 {
		t.Errorf("it resumed before the freeze was over")
	}
	s.until("2026-06-12T08:00:00Z")
	if n := s.kinds(resultlog.WaveGoesOn); n != 1 {
		t.Errorf("it resumed %d times, wanted once", n)
	}
	if r := s.run(); r.Outcome != "done" {
		t.Errorf("the run is %q, wanted done: %v %v", r.Outcome, s.states(), s.waits)
	}
}

// A freeze of some hosts keeps only those.
func TestAFreezeOfSomeHostsDoesNotPauseTheOthers(t *testing.T) {
	s := newStage(t, "2026-06-10T08:00:00Z", 10)
	s.waves([]int{100}, func(_ int, w *Wave) { w.MaxFailures = count(9) })
	s.until("2026-06-11T01:00:30Z")
	s.freeze("2026-06-11T01:00:00Z", "2026-06-11T02:30:00Z", func(asset int) bool { return asset >= 5 })
	s.until("2026-06-11T02:00:00Z")
	s.expectStates(map[HostState]int{Soaking: 5, Planned: 5})
	if w := s.wave(); w.State == Paused {
		t.Logf("it is paused while only frozen hosts are left: %s", w.PauseWhy)
	}
	s.until("2026-06-11T04:00:00Z")
	s.expectStates(map[HostState]int{Succeeded: 10})
}

func TestCaseW14WhatDoesNotFitIsNotStarted(t *testing.T) {
	s := newStage(t, "2026-06-10T08:00:00Z", 1)
	s.until("2026-06-11T00:30:00Z")
	s.now.At = clock(t, "2026-06-11T03:46:00Z") // the controller was away; 14 minutes are left of 15
	s.settle()
	if n := s.kinds(resultlog.Claim); n != 0 {
		t.Fatalf("%d claims, wanted none", n)
	}
	if h := s.run().Hosts["h000"]; h.State != Deferred || h.Code != rollout.MissedWindow {
		t.Errorf("the host is %s(%s), wanted Deferred(MISSED_WINDOW)", h.State, h.Code)
	}
}

// WR14: the last start in time is at 03:45, and good for its minute.
func TestCaseWR14TheLastStart(t *testing.T) {
	s := newStage(t, "2026-06-10T08:00:00Z", 1)
	s.until("2026-06-11T00:30:00Z")
	s.now.At = clock(t, "2026-06-11T03:45:59Z")
	s.settle()
	if n := s.kinds(resultlog.Claim); n != 1 {
		t.Errorf("%d claims, wanted one", n)
	}
}

// W17: what was merged during a freeze is picked up when it lifts.
func TestCaseW17ADenyLifts(t *testing.T) {
	s := newStage(t, "2026-06-10T08:00:00Z", 2)
	s.freeze("2026-06-01T00:00:00Z", "2026-06-12T12:00:00Z", nil)
	s.until("2026-06-12T12:00:00Z")
	s.expectStates(map[HostState]int{Planned: 2})
	s.until("2026-06-13T08:00:00Z")
	if r := s.run(); r.Outcome != "done" {
		t.Errorf("the run is %q, wanted done: %v", r.Outcome, s.waits)
	}
}

// WR20, W19: a freeze holds unless its override was approved for the plan.
func TestCaseWR20AFreezeAndItsOverride(t *testing.T) {
	for _, overridden := range []bool{false, true} {
		s := newStage(t, "2026-06-10T08:00:00Z", 2)
		s.docs.Input.Clients[0].Plans[0].Change, s.plan.Change, s.plan.Review = "emergency", "emergency", 3*day
		s.freeze("2026-06-01T00:00:00Z", "2026-06-20T00:00:00Z", nil)
		if overridden {
			s.docs.Input.Clients[0].Plans[0].Overrides = []string{"Freeze/_/q1"}
			s.commit("override")
		}
		s.until("2026-06-11T08:00:00Z")
		if done := s.run().Outcome == "done"; done != overridden {
			t.Errorf("overridden %t: the run is %q", overridden, s.run().Outcome)
		}
		if !overridden {
			continue
		}
		if !s.waiting("REVIEW") {
			t.Errorf("no review is due: %v", s.waits)
		}
		s.until("2026-06-20T08:00:00Z")
		if n := s.kinds(resultlog.Breach); n != 1 {
			t.Errorf("%d records that the review is due, wanted one", n)
		}
	}
}

// W20: what was merged before a freeze is blocked when the freeze has started.
func TestCaseW20MergedBeforeAFreeze(t *testing.T) {
	s := newStage(t, "2026-06-10T08:00:00Z", 1)
	s.until("2026-06-11T00:59:59Z")
	s.freeze("2026-06-11T01:00:00Z", "2026-06-15T00:00:00Z", nil)
	s.until("2026-06-14T12:00:00Z")
	if n := s.kinds(resultlog.Claim); n != 0 {
		t.Errorf("%d claims in a freeze", n)
	}
}

// A wave whose freeze outlasts its window goes on in a later one, by itself, also when
// no documents change any more and its hosts were placed before the freeze was known.
func TestAFreezeBeyondTheWindow(t *testing.T) {
	for _, misfire := range []string{"defer", "nextWindow"} {
		s := midWave(t)
		s.plan.Misfire = misfire
		s.answers = nil
		s.freeze("2026-06-11T02:00:00Z", "2026-06-11T12:00:00Z", nil)
		s.settle()
		for _, f := range s.flights {
			f.ends = s.now.At + minute
		}
		s.until("2026-06-13T08:00:00Z")
		if s.run().Outcome != "done" {
			t.Errorf("%s: the run is %q: %v %v %s", misfire, s.run().Outcome, s.states(), s.waits, instant(s.wake))
		}
	}
}

// What a freeze moved is said to wait for it, and the wave is paused for it, although
// nothing of it is due.
func TestWhatAFreezeMovedIsPaused(t *testing.T) {
	s := newStage(t, "2026-06-10T08:00:00Z", 4) // one at a time
	s.docs.Input.Clients[0].Plans[0].Waves[0].MaxConcurrent = count(1)
	s.until("2026-06-11T01:16:00Z")
	s.freeze("2026-06-11T01:17:00Z", "2026-06-12T12:00:00Z", nil)
	s.until("2026-06-11T02:00:00Z")
	if s.wave().Pause != PauseFreeze || !s.waiting(rollout.Freeze) {
		t.Errorf("the wave is %s(%s), waits %v", s.wave().State, s.wave().Pause, s.waits)
	}
	s.until("2026-06-14T12:00:00Z")
	if s.run().Outcome != "done" {
		t.Errorf("the run is %q: %v", s.run().Outcome, s.waits)
	}
}

// The last minute in which a start is in time is good to its end.
func TestTheLastMinuteIsGoodToItsEnd(t *testing.T) {
	s := newStage(t, "2026-06-10T08:00:00Z", 1)
	s.until("2026-06-11T00:30:00Z")
	s.now.At = clock(t, "2026-06-11T03:45:20Z")
	var starts []Decision
	for range 9 {
		out := Next(s.state, s.docs, s.now)
		for i := range out.Do {
			if d := out.Do[i]; d.Act == Starts {
				starts = append(starts, d)
			} else {
				s.carry(&d)
			}
		}
		if len(starts) > 0 {
			break
		}
	}
	if len(starts) != 1 || starts[0].Task.NotAfter != clock(t, "2026-06-11T03:45:59Z") {
		t.Errorf("%d starts, %+v", len(starts), starts)
	}
}
