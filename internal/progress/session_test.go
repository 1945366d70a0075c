package progress

import (
	"slices"
	"testing"

	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/rollout"
)

// acts are what Next decides now for an asset, without carrying it out.
func (s *stage) acts(asset string) []Act {
	var out []Act
	d := Next(s.state, s.docs, s.now)
	for i := range d.Do {
		if d.Do[i].Asset == asset {
			out = append(out, d.Do[i].Act)
		}
	}
	return out
}

// crash forgets what this process knows of tasks; those at their hosts go on or not.
func (s *stage) crash() {
	s.now.InHand, s.now.Absent, s.now.Replanned = map[string]bool{}, map[string]bool{}, ""
}

// WR28: after a crash between claim and dispatch, the host is asked first, and then
// the same attempt is begun again under the same key.
func TestCaseWR28KilledBeforeDispatch(t *testing.T) {
	s := newStage(t, "2026-06-10T08:00:00Z", 1)
	s.answers = func(*dispatch.Task) string { return "hang" }
	s.until("2026-06-11T01:00:30Z")
	claim := s.run().Hosts["h000"].Key
	s.crash()
	if got := s.acts("h000"); !slices.Equal(got, []Act{Probes}) {
		t.Fatalf("after a crash %v, wanted to ask the host", got)
	}
	s.now.At += 60
	s.now.Absent[claim] = true
	delete(s.flights, claim)
	s.answers = nil
	s.settle()
	h := s.run().Hosts["h000"]
	if f := s.flights[claim]; f == nil || h.Attempt != 1 || h.Key != claim {
		t.Fatalf("flights %v, attempt %d, wanted the same key again", s.flights, h.Attempt)
	}
	s.until("2026-06-11T02:00:00Z")
	if s.run().Outcome != "done" {
		t.Errorf("the run is %q", s.run().Outcome)
	}
}

// WR28: after a crash past the dispatch, the result is imported, once.
func TestCaseWR28KilledAfterDispatch(t *testing.T) {
	s := newStage(t, "2026-06-10T08:00:00Z", 1)
	s.answers = func(*dispatch.Task) string { return "hang" }
	s.until("2026-06-11T01:00:30Z")
	task := s.flights[s.run().Hosts["h000"].Key].task
	s.crash()
	s.settle()
	if n := s.kinds(resultlog.Claim); n != 1 {
		t.Fatalf("%d claims while the first is open", n)
	}
	s.answers = nil
	s.finish(task, dispatch.Succeeded)
	last := s.log[len(s.log)-1]
	if err := s.state.Apply([]Logged{last}, s.blob); err != nil {
		t.Errorf("the same result again: %v", err)
	}
	s.until("2026-06-11T02:00:00Z")
	if s.run().Outcome != "done" || s.kinds(resultlog.Claim) != 2 {
		t.Errorf("the run is %q after %d claims", s.run().Outcome, s.kinds(resultlog.Claim))
	}
}

// A claim that never reached its host, and may not begin any more, is closed.
func TestAnAbsentClaimAfterItsWindow(t *testing.T) {
	s := newStage(t, "2026-06-10T08:00:00Z", 1)
	s.answers = func(*dispatch.Task) string { return "hang" }
	s.until("2026-06-11T01:00:30Z")
	claim := s.run().Hosts["h000"].Key
	s.crash()
	s.flights = map[string]*flight{}
	s.now.At, s.now.Absent[claim] = clock(t, "2026-06-11T08:00:00Z"), true
	s.settle()
	h := s.run().Hosts["h000"]
	if h.Key != "" || h.State != Deferred || h.Code != rollout.MissedWindow || s.kinds(resultlog.Claim) != 1 {
		t.Errorf("the host is %s(%s), claims %d, wanted Deferred(MISSED_WINDOW)", h.State, h.Code, s.kinds(resultlog.Claim))
	}
}

// WR29: what a record of the log says of fences is not ours to judge, but while a claim
// is open nobody claims the host under another key.
func TestCaseWR29OneClaimPerHost(t *testing.T) {
	s := newStage(t, "2026-06-10T08:00:00Z", 1)
	s.answers = func(*dispatch.Task) string { return "hang" }
	s.until("2026-06-11T01:00:30Z")
	rec := s.log[len(s.log)-1].Record
	rec.Key, rec.Fence = "sha256:other", 2
	if err := s.state.Apply([]Logged{{"acme", rec}}, s.blob); err == nil {
		t.Error("a second claim of the host was taken")
	}
	if s.run().Hosts["h000"].Key == "sha256:other" {
		t.Error("the refused record changed the state")
	}
}

// WR31: some patches went in and one did not: the reboot is done, the end is
// Failed(partial).
func TestCaseWR31Partial(t *testing.T) {
	s := newStage(t, "2026-06-10T08:00:00Z", 1)
	s.answers = func(*dispatch.Task) string { return "hang" }
	s.until("2026-06-11T01:00:30Z")
	task := s.flights[s.run().Hosts["h000"].Key].task
	s.answers = nil
	delete(s.flights, task.Key)
	s.append("acme", resultlog.Record{
		Kind: resultlog.Result, Plan: key, Run: task.Run, Wave: "all", Asset: "h000", Segment: "install", Attempt: 1, Key: task.Key,
		Outcome: dispatch.Failed, Step: "install", Code: "PARTIAL", Reboot: true,
	})
	s.until("2026-06-11T03:00:00Z")
	h := s.run().Hosts["h000"]
	if h.State != Failed || !h.Partial || h.Segment != dispatch.Reboot || h.Reboot {
		t.Errorf("the host is %s, partial %t, last segment %s, wanted Failed(partial) after a reboot", h.State, h.Partial, h.Segment)
	}
}

func TestReboots(t *testing.T) {
	for _, c := range []struct {
		plan  string
		needs bool
		want  bool
	}{{"never", true, false}, {"ifRequired", false, false}, {"ifRequired", true, true}, {"always", false, true}} {
		s := newStage(t, "2026-06-10T08:00:00Z", 1)
		s.plan.Reboot = c.plan
		s.answers = func(*dispatch.Task) string { return "hang" }
		s.until("2026-06-11T01:00:30Z")
		task := s.flights[s.run().Hosts["h000"].Key].task
		s.answers = nil
		delete(s.flights, task.Key)
		s.append("acme", resultlog.Record{
			Kind: resultlog.Result, Plan: key, Run: task.Run, Wave: "all", Asset: "h000", Segment: "install", Attempt: 1, Key: task.Key,
			Outcome: dispatch.Succeeded, Reboot: c.needs,
		})
		s.until("2026-06-11T03:00:00Z")
		rebooted := slices.ContainsFunc(s.log, func(l Logged) bool {
			return l.Record.Kind == resultlog.Claim && l.Record.Segment == string(dispatch.Reboot)
		})
		if rebooted != c.want || s.run().Outcome != "done" {
			t.Errorf("reboot %s, needed %t: rebooted %t, run %q", c.plan, c.needs, rebooted, s.run().Outcome)
		}
	}
}

// A reboot of unknown outcome waits for a person, who lets the others go on.
func TestARebootOfUnknownOutcome(t *testing.T) {
	s := newStage(t, "2026-06-10T08:00:00Z", 3)
	s.plan.Reboot = "always"
	s.plan.Waves[0].MaxFailures = count(2)
	s.answers = func(task *dispatch.Task) string {
		if task.Segment == dispatch.Reboot {
			return "hang"
		}
		return ""
	}
	s.until("2026-06-11T01:10:00Z")
	for _, h := range s.run().underWay() {
		delete(s.now.InHand, h.Key)
		s.append("acme", resultlog.Record{Kind: resultlog.Unknown, Plan: key, Run: s.run().ID, Wave: "all", Asset: h.Asset, Key: h.Key, Why: "no answer"})
	}
	s.until("2026-06-11T02:00:00Z")
	if w := s.wave(); w.Pause != PauseManual || s.kinds(resultlog.Claim) != 2 {
		t.Fatalf("the wave is %s(%s) after %d claims, wanted it to wait for a person", w.State, w.Pause, s.kinds(resultlog.Claim))
	}
	s.answers = nil
	s.say(resultlog.Resume, key, "ada")
	s.until("2026-06-11T03:00:00Z")
	s.expectStates(map[HostState]int{Soaking: 2, Unknown: 1})
	if s.run().Ended > 0 || !s.waiting("UNKNOWN") {
		t.Errorf("the run is %q, waits %v", s.run().Outcome, s.waits)
	}
	for _, c := range s.run().Claims { // it comes back after all
		s.finish(&dispatch.Task{Key: c.Key, Client: "acme", Plan: "os", Run: s.run().ID, Wave: "all", Asset: c.Asset, Segment: c.Segment, Attempt: c.Attempt}, dispatch.Succeeded)
	}
	s.flights = map[string]*flight{}
	s.until("2026-06-11T03:30:00Z")
	s.expectStates(map[HostState]int{Succeeded: 3})
}

// Retries are another attempt with another key, declared parameters and a delay.
func TestRetries(t *testing.T) {
	s := newStage(t, "2026-06-10T08:00:00Z", 2)
	for _, j := range s.plan.Jobs {
		j.Retry = map[string]Retry{"relay": {Attempts: 2, Delay: 300, Timeout: 777, Env: map[string]string{"MIRROR": "b"}}}
	}
	var tasks []*dispatch.Task
	s.answers = func(task *dispatch.Task) string {
		if task.Segment == dispatch.Install {
			if tasks = append(tasks, task); len(tasks) == 1 {
				return "hang"
			}
		}
		return ""
	}
	s.until("2026-06-11T01:03:00Z")
	first := tasks[0]
	delete(s.flights, first.Key)
	s.append("acme", resultlog.Record{
		Kind: resultlog.Result, Plan: key, Run: first.Run, Wave: "all", Asset: first.Asset, Segment: "install", Attempt: 1, Key: first.Key,
		Outcome: dispatch.Failed, Step: "stage", Class: "relay", Begin: instant(s.now.At + 300),
	})
	s.settle()
	if w := s.wave(); w.Failures != 0 || w.InFlight != 1 || len(s.flights) != 0 {
		t.Fatalf("%d failures, %d in flight, wanted it to keep its place in flight", w.Failures, w.InFlight)
	}
	s.until("2026-06-11T01:07:59Z")
	if len(s.flights) != 0 {
		t.Fatal("it was tried again before its delay")
	}
	s.until("2026-06-11T03:00:00Z")
	again := tasks[1]
	if again.Asset != first.Asset || again.Attempt != 2 || again.Key == first.Key || again.Steps[2].Timeout != 777 || again.Steps[0].Timeout == 777 || again.Steps[0].Env["MIRROR"] != "b" {
		t.Errorf("the other attempt is %+v", again)
	}
	if first.Steps[2].Timeout == 777 || s.run().Outcome != "done" || s.run().Hosts[first.Asset].First != dispatch.Failed {
		t.Errorf("the run is %q, first %+v", s.run().Outcome, s.run().Hosts[first.Asset])
	}
}

// A resume asks a host that refused at once; the delay that a profile wants before another
// attempt is not a pause, and is kept.
func TestAResumeKeepsTheDelayOfARetry(t *testing.T) {
	for _, c := range []struct {
		name   string
		result resultlog.Record
		at     int64 // of the other attempt, after the first
	}{
		{"failed", resultlog.Record{Outcome: string(dispatch.Interrupted), Class: "host", Begin: "2026-06-11T01:05:30Z"}, 300},
		{"refused", resultlog.Record{Outcome: dispatch.Stopped, Code: dispatch.ClockSkew, Why: "11 s off"}, 10},
	} {
		s := newStage(t, "2026-06-10T08:00:00Z", 1)
		s.plan.Jobs["h000"].Retry = map[string]Retry{"host": {Attempts: 2, Delay: 300}}
		s.answers = func(*dispatch.Task) string { return "hang" }
		s.until("2026-06-11T01:00:30Z")
		began, task := s.now.At, s.flights[s.run().Hosts["h000"].Key].task
		delete(s.flights, task.Key)
		r := c.result
		r.Kind, r.Plan, r.Run, r.Wave, r.Asset, r.Segment, r.Attempt, r.Key = resultlog.Result, key, task.Run, "all", "h000", "install", 1, task.Key
		s.append("acme", r)
		s.settle()
		s.to(began + 10)
		s.say(resultlog.Resume, key, "ada")
		s.settle()
		s.to(max(s.now.At, began+c.at-1))
		if h := s.run().Hosts["h000"]; h.Key != "" && s.now.At < began+c.at {
			t.Errorf("%s: attempt %d at %s, before its delay", c.name, h.Attempt, instant(s.now.At))
		}
		s.to(began + c.at)
		if h := s.run().Hosts["h000"]; h.Key == "" || h.Attempt != 2 {
			t.Errorf("%s: attempt %d, wanted the second at %s", c.name, h.Attempt, instant(began+c.at))
		}
	}
}

// What a host refused is asked again after a while, under another key, and is no failure.
func TestRefusals(t *testing.T) {
	s := newStage(t, "2026-06-10T08:00:00Z", 1)
	s.answers = func(*dispatch.Task) string { return "hang" }
	s.until("2026-06-11T01:00:30Z")
	for i := range 3 {
		task := s.flights[s.run().Hosts["h000"].Key].task
		delete(s.flights, task.Key)
		s.append("acme", resultlog.Record{
			Kind: resultlog.Result, Plan: key, Run: task.Run, Wave: "all", Asset: "h000", Segment: "install", Attempt: task.Attempt, Key: task.Key,
			Outcome: dispatch.Stopped, Code: dispatch.ClockSkew, Why: "11 s off",
		})
		s.settle()
		if len(s.flights) != 0 || s.waits[0].Code != dispatch.ClockSkew {
			t.Fatalf("flights %v, waits %v, wanted it to wait with CLOCK_SKEW", s.flights, s.waits)
		}
		s.to(s.now.At + 60<<i)
		if h := s.run().Hosts["h000"]; h.Key == task.Key || h.Key == "" || h.Attempt != task.Attempt+1 {
			t.Fatalf("attempt %d, wanted %d", h.Attempt, task.Attempt+1)
		}
	}
	if s.wave().Failures != 0 {
		t.Errorf("%d failures", s.wave().Failures)
	}
}

// A rollback goes back to what was there before, also to what did not fit into the
// result.
func TestARollbackKnowsAllThatWasBefore(t *testing.T) {
	s := newStage(t, "2026-06-10T08:00:00Z", 1)
	s.plan.RollbackAuto, s.plan.RollbackOn = true, []string{"install"}
	s.plan.Jobs["h000"].Steps[dispatch.Rollback][0].Builtin = "apt/rollback"
	s.answers = func(*dispatch.Task) string { return "hang" }
	s.until("2026-06-11T01:00:30Z")
	task := s.flights[s.run().Hosts["h000"].Key].task
	delete(s.flights, task.Key)
	before := func(name string) resultlog.Fact {
		return resultlog.Fact{Name: "before", Subject: name, Value: "1"}
	}
	s.append("acme", resultlog.Record{
		Kind: resultlog.Result, Plan: key, Run: task.Run, Wave: "all", Asset: "h000", Segment: "install", Attempt: 1, Key: task.Key,
		Outcome: dispatch.Failed, Step: "install", Facts: []resultlog.Fact{before("a")},
	}, resultlog.Record{Kind: resultlog.Facts, Plan: key, Asset: "h000", Facts: []resultlog.Fact{before("a"), before("b")}})
	s.settle()
	h := s.run().Hosts["h000"]
	if f := s.flights[h.Key]; f == nil || f.task.Segment != dispatch.Rollback || len(f.task.Undo) != 2 {
		t.Fatalf("host %+v, wanted it rolled back to two packages", h)
	}
	s.answers = nil
	s.finish(s.flights[h.Key].task, "failed@rollback")
	s.until("2026-06-11T03:00:00Z")
	s.expectStates(map[HostState]int{RollbackFailed: 1})
}

// Nothing is rolled back to nowhere.
func TestNoRollbackWithoutBefore(t *testing.T) {
	s := newStage(t, "2026-06-10T08:00:00Z", 1)
	s.plan.RollbackAuto, s.plan.RollbackOn = true, []string{"install"}
	s.plan.Jobs["h000"].Steps[dispatch.Rollback][0].Builtin = "apt/rollback"
	s.answers = func(*dispatch.Task) string { return "interrupted" }
	s.until("2026-06-11T03:00:00Z")
	s.expectStates(map[HostState]int{Failed: 1})
}

// What a run left open is heard of when another run has followed: whoever is asked of it, and the
// answer, are of the run that claimed it.
func TestAClaimOfARunBefore(t *testing.T) {
	s := newStage(t, "2026-06-10T08:00:00Z", 1)
	s.answers = func(*dispatch.Task) string { return "hang" }
	s.until("2026-06-11T01:00:30Z")
	open, first := s.run().Hosts["h000"].Key, s.run()
	task := s.flights[open].task
	s.crash()
	s.append("acme",
		resultlog.Record{Kind: resultlog.Unknown, Run: first.ID, Plan: key, Wave: "all", Asset: "h000", Segment: "install", Attempt: 1, Key: open, Why: "no answer"},
		resultlog.Record{Kind: resultlog.WaveEnded, Run: first.ID, Plan: key, Wave: "all", Outcome: "aborted"},
		resultlog.Record{Kind: resultlog.RunEnded, Run: first.ID, Plan: key, Outcome: "aborted"},
		resultlog.Record{Kind: resultlog.RunBegun, Run: "sha256:next", Plan: key, Commit: s.docs.Commit, Grant: s.plan.Digest})
	if s.run() == first || s.state.Claim(key, open) != first.Claims[open] || s.state.Claim(key, "sha256:other") != nil || s.state.Claim("acme/other", open) != nil {
		t.Fatalf("the claim of the run before is %+v", s.state.Claim(key, open))
	}
	for _, l := range Outcome(s.state, s.docs, task, dispatch.Answer{Key: open, State: dispatch.Interrupted, Asked: "probe"}, s.now.At) {
		s.append("acme", l.Record)
	}
	if c := s.state.Claim(key, open); c != nil || len(s.state.past) > 0 {
		t.Errorf("after an answer the claim is %+v, runs before %v", c, s.state.past)
	}
}
