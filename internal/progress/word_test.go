package progress

import (
	"testing"

	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/rollout"
)

// A hold stops starts, and hosts before their point of no return; a resume of the same
// subject lifts it. It holds a plan whose run has not begun as well.
func TestHoldAndResume(t *testing.T) {
	for _, subject := range []string{key, key + "/w0"} {
		s := midWave(t)
		claims := s.kinds(resultlog.Claim)
		s.say(resultlog.Hold, subject, "ada")
		s.until("2026-06-11T02:10:00Z")
		if w := s.wave(); len(s.stopped) != 10 || w.Pause != PauseManual || s.kinds(resultlog.Claim) != claims {
			t.Errorf("%s: %d stopped, wave %s(%s), %d new claims", subject, len(s.stopped), w.State, w.Pause, s.kinds(resultlog.Claim)-claims)
		}
		if s.say(resultlog.Resume, key+"/other", "ada"); s.wave().State != Paused {
			t.Errorf("%s: the resume of another wave lifted it", subject)
		}
		s.answers = nil
		for _, f := range s.flights {
			f.ends = s.now.At
		}
		s.say(resultlog.Resume, subject, "ada")
		s.until("2026-06-12T08:00:00Z")
		if s.run().Outcome != "done" {
			t.Errorf("%s: the run is %q: %v %v", subject, s.run().Outcome, s.states(), s.waits)
		}
	}
	s := newStage(t, "2026-06-10T08:00:00Z", 1)
	s.say(resultlog.Hold, key, "ada")
	if s.settle(); s.run() != nil || !s.waiting(rollout.Held) {
		t.Errorf("a run began under a hold")
	}
}

// An abort is for good: what is staged stops, what installs goes to its safe point, the
// rest is cancelled.
func TestAbort(t *testing.T) {
	for _, kind := range []resultlog.Kind{resultlog.Abort, resultlog.Recall} {
		s := midWave(t)
		s.say(kind, key, "ada")
		s.settle()
		if len(s.stopped) != 10 || s.run().Ended > 0 {
			t.Fatalf("%d stopped, ended %d, wanted to wait for the 5 that install", len(s.stopped), s.run().Ended)
		}
		s.say(resultlog.Resume, key, "ada")
		s.answers = nil
		for _, f := range s.flights {
			f.ends = s.now.At
		}
		s.until("2026-06-11T03:00:00Z")
		s.expectStates(map[HostState]int{Succeeded: 25, Cancelled: 75})
		if r := s.run(); r.Outcome != "aborted" || s.wave().State != WaveAborted {
			t.Errorf("the run is %q, its wave %s", r.Outcome, s.wave().State)
		}
		s.until("2026-06-15T08:00:00Z")
		if s.kinds(resultlog.RunBegun) != 1 {
			t.Error("what was aborted began again")
		}
	}
}

// What was aborted begins again neither by itself nor because its plan changes, but by
// a person's word.
func TestAnAbortedPlanBeginsAgainByAWord(t *testing.T) {
	s := newStage(t, "2026-06-10T08:00:00Z", 2)
	s.settle()
	s.say(resultlog.Abort, key, "ada")
	s.settle()
	first := s.run().ID
	s.plan.Digest = "sha256:other"
	s.commit("c2")
	s.until("2026-06-12T08:00:00Z")
	if s.run().ID != first || !s.waiting(rollout.Held) {
		t.Fatalf("run %s, waits %v, wanted it to wait for a resume", s.run().ID, s.waits)
	}
	s.say(resultlog.Resume, key, "ada")
	s.until("2026-06-14T08:00:00Z")
	if s.run().ID == first || s.run().Outcome != "done" {
		t.Errorf("after a resume the run is %q: %v", s.run().Outcome, s.waits)
	}
}

// After the end the same plan does not begin again; another digest with work does.
func TestAChangedPlanBeginsAnother(t *testing.T) {
	s := newStage(t, "2026-06-10T08:00:00Z", 2)
	s.until("2026-06-12T08:00:00Z")
	first := s.run().ID
	s.commit("c2")
	s.until("2026-06-14T08:00:00Z")
	if s.run().ID != first {
		t.Fatal("the same plan began again")
	}
	s.plan.Digest = "sha256:other"
	s.until("2026-06-16T08:00:00Z")
	if s.run().ID == first || s.run().Outcome != "done" {
		t.Errorf("run %s is %q, wanted another one done", s.run().ID, s.run().Outcome)
	}
}

// WR27: what supersedes the patch after the first wave: by default the other waves
// install what was planned, a host that has the newer one is left out.
func TestCaseWR27Superseded(t *testing.T) {
	begin := func(onSupersede string) *stage {
		s := newStage(t, "2026-06-10T08:00:00Z", 10)
		s.waves([]int{30, 100}, func(_ int, w *Wave) { w.Soak, w.MaxFailures = 6*hour, percent(50) })
		s.plan.OnSupersede = onSupersede
		s.until("2026-06-11T04:00:00Z")
		s.plan.Superseded = "Patch/_/b supersedes Patch/_/a"
		return s
	}
	s := begin("finish")
	newer := s.run().Waves[1].hosts[0].Asset
	s.plan.Gone[newer] = rollout.AlreadyCompliant
	delete(s.plan.Jobs, newer)
	s.until("2026-06-13T08:00:00Z")
	s.expectStates(map[HostState]int{Succeeded: 9, Skipped: 1})
	if s.run().Outcome != "done" {
		t.Errorf("finish: the run is %q", s.run().Outcome)
	}
	s = begin("switch")
	s.until("2026-06-13T08:00:00Z")
	s.expectStates(map[HostState]int{Succeeded: 3, Superseded: 7})
	s = begin("abort")
	s.until("2026-06-13T08:00:00Z")
	s.expectStates(map[HostState]int{Succeeded: 3, Cancelled: 7})
	if s.run().Outcome != "aborted" {
		t.Errorf("abort: the run is %q", s.run().Outcome)
	}
	s = begin("finish")
	s.plan.Gone[newer] = rollout.Withdrawn
	delete(s.plan.Jobs, newer)
	s.until("2026-06-13T08:00:00Z")
	if s.run().Outcome != "aborted" {
		t.Errorf("a withdrawn patch: the run is %q, wanted a recall", s.run().Outcome)
	}
}

// An exception merged in the middle takes a host out, and stops one that is staged.
func TestAnExceptionMidRollout(t *testing.T) {
	s := midWave(t)
	var staged, pending string
	for _, h := range s.run().underWay() {
		if s.state.Live[h.Key] == dispatch.Stage {
			staged = h.Asset
		}
	}
	for _, h := range s.wave().hosts {
		if h.Attempt == 0 {
			pending = h.Asset
		}
	}
	for _, asset := range []string{staged, pending} {
		s.plan.Gone[asset] = rollout.Exception
	}
	delete(s.plan.Jobs, pending)
	s.settle()
	delete(s.plan.Jobs, staged)
	s.settle()
	for _, asset := range []string{staged, pending} {
		if h := s.run().Hosts[asset]; h.State != Excepted {
			t.Errorf("%s is %s, wanted Excepted", asset, h.State)
		}
	}
	if len(s.stopped) != 1 {
		t.Errorf("stopped %v, wanted the one that was staged", s.stopped)
	}
}

// A due date that passes is recorded once, before and after the run's end.
func TestABreachIsRecordedOnce(t *testing.T) {
	s := newStage(t, "2026-06-10T08:00:00Z", 3)
	work := s.docs.Input.Clients[0].Plans[0].Work
	work[0].Due, work[1].Due, work[2].Due = clock(t, "2026-06-10T20:00:00Z"), clock(t, "2026-06-12T20:00:00Z"), clock(t, "2026-06-12T20:00:00Z")
	s.fails(func(asset string) bool { return asset == "h002" })
	s.plan.Waves[0].MaxFailures = count(3)
	s.until("2026-06-11T00:00:00Z")
	if n := s.kinds(resultlog.Breach); n != 1 {
		t.Errorf("%d breaches of the one that is due, wanted one", n)
	}
	s.until("2026-06-20T00:00:00Z")
	if n := s.kinds(resultlog.Breach); n != 2 || !s.run().Breached["h000"] || !s.run().Breached["h002"] {
		t.Errorf("%d breaches %v, wanted one each of h000 and h002", n, s.run().Breached)
	}
}

// Rings order the clients of a template; one that is held holds only itself.
func TestUncoveredAndClosed(t *testing.T) {
	s := newStage(t, "2026-06-10T08:00:00Z", 2)
	s.plan.Jobs["h001"].Covered = false
	s.plan.Waves[0].MaxFailures = count(2)
	s.until("2026-06-11T03:00:00Z")
	s.expectStates(map[HostState]int{Soaking: 1, Planned: 1})
	if !s.waiting(rollout.NotApproved) {
		t.Errorf("waits %v, wanted NOT_APPROVED", s.waits)
	}
	s = newStage(t, "2026-06-10T08:00:00Z", 2)
	s.until("2026-06-11T00:30:00Z")
	s.now.Blocked = []string{"_org"}
	s.until("2026-06-11T03:30:00Z")
	if n := s.kinds(resultlog.Claim); n != 0 {
		t.Errorf("%d claims while main is blocked", n)
	}
	s = newStage(t, "2026-06-10T08:00:00Z", 2)
	s.until("2026-06-11T00:30:00Z")
	s.plan.Closed, s.plan.ClosedWhy = rollout.ClientNotActive, "suspended"
	s.until("2026-06-11T03:30:00Z")
	if n := s.kinds(resultlog.Claim); n != 0 || !s.waiting(rollout.ClientNotActive) {
		t.Errorf("%d claims of a client that is suspended; waits %v", n, s.waits)
	}
}

// After the deadline nothing starts, and the run ends with what there is.
func TestDeadline(t *testing.T) {
	s := newStage(t, "2026-06-10T08:00:00Z", 60)
	s.plan.Deadline = clock(t, "2026-06-11T02:00:00Z")
	s.docs.Input.Clients[0].Plans[0].Deadline = s.plan.Deadline
	s.until("2026-06-12T08:00:00Z")
	if r := s.run(); r.Outcome != "partial" {
		t.Errorf("the run is %q, wanted partial: %v %v", r.Outcome, s.states(), s.waits)
	}
	for _, l := range s.log {
		if r := l.Record; r.Kind == resultlog.Claim && r.Segment == string(dispatch.Install) && seconds(r.T) >= s.plan.Deadline {
			t.Errorf("%s was started at %s, after the deadline", r.Asset, r.T)
		}
	}
}

// Stop lets nothing begin, and asks only what is open.
func TestStop(t *testing.T) {
	s := newStage(t, "2026-06-10T08:00:00Z", 2)
	s.until("2026-06-11T00:30:00Z")
	s.now.Stop = "SIGTERM"
	n := len(s.log)
	s.until("2026-06-11T03:30:00Z")
	if len(s.log) != n {
		t.Errorf("%d records while stopped", len(s.log)-n)
	}
}
