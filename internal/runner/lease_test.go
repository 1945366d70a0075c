package runner_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/progress"
	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/runner"
	"github.com/patchops/patchops/internal/runner/runnertest"
)

// slow makes every step of every host take so many seconds.
func (s *stage) slow(seconds int64) {
	for _, h := range s.Hosts.By {
		h.Seconds = func(*dispatch.Task, *dispatch.Step) int64 { return seconds }
	}
}

// R45, P7: the leader is stopped (SIGSTOP) at any call, longer than its lease; another
// takes over; it wakes and begins nothing, and no host begins anything under its fence.
func TestR45AStoppedLeaderBeginsNothingWhenItWakes(t *testing.T) {
	points := 0
	count := newStage(t, runnertest.Shape{Hosts: 3})
	n := count.node()
	hooks(n, func(string) { points++ })
	count.run(n, 3600)
	for at := range points {
		s := newStage(t, runnertest.Shape{Hosts: 3})
		first, second, left, woken := s.node(), s.node(), at, false
		hooks(first, func(string) {
			if left--; left != -1 {
				return
			}
			s.step(second)
			for range 100 {
				s.Pass(10)
				s.step(second)
			}
			woken = true
		})
		s.run(first, 60)
		s.run(second, 1200)
		s.run(first, 60)
		s.once(3)
		if !woken {
			t.Errorf("stopped at %d: never", at)
		}
		high := int64(0)
		for _, r := range s.Log.All {
			if r.Record.Fence < high {
				t.Errorf("stopped at %d: a record of fence %d after one of %d", at, r.Record.Fence, high)
			}
			high = max(high, r.Record.Fence)
		}
		if t.Failed() {
			t.Fatalf("stopped at call %d", at)
		}
	}
}

// WR29: two controllers on one repository: the loser's flush is refused and it begins
// nothing; a host that saw the higher fence refuses the lower.
func TestWR29TwoControllersOnOneRepository(t *testing.T) {
	s := newStage(t, runnertest.Shape{Hosts: 3})
	first, second := s.node(), s.node()
	s.step(first)
	if _, err := s.step(second); !errors.Is(err, runner.ErrLost) || second.Exec.Started != 0 {
		t.Fatalf("the second: %v, %d dispatches", err, second.Exec.Started)
	}
	first.Ledger.Fail = func(call string) runnertest.Fault {
		if call == "flush" {
			return runnertest.Taken
		}
		return runnertest.Fine
	}
	started := first.Exec.Started
	for range 30 {
		s.Pass(1)
		if _, err := s.step(first); err != nil && !errors.Is(err, runner.ErrLost) {
			t.Fatal(err)
		}
	}
	if first.Exec.Started != started {
		t.Error("the loser began something")
	}
	first.Ledger.Fail = nil
	s.run(second, 1200)
	s.once(3)
}

// P7: a dispatch that is slow on its way comes after a probe of the next leader: the host
// has seen the higher fence and refuses it.
func TestP7AHostRefusesTheLowerFence(t *testing.T) {
	s := newStage(t, runnertest.Shape{Hosts: 1})
	s.segments = s.segments[:1]
	first := s.node()
	first.Exec.Delay = func(string, *dispatch.Task) int64 { return 9_000 }
	s.step(first)
	first.Ledger.Release()
	second := s.node()
	s.step(second) // probes under the next fence
	s.Pass(9)
	s.Hosts.Deliver()
	if n := len(s.Hosts.Host("acme", "host-000").Began); n != 0 {
		t.Fatalf("began %d times under the old fence", n)
	}
	s.run(second, 600)
	s.once(1)
	if f := s.Hosts.Host("acme", "host-000").Began[0].Fence; f != 2 {
		t.Errorf("began under fence %d", f)
	}
}

// A host that has seen a fence that no leader ever had is not begun on, and stops
// nobody else.
func TestAHostWithAHigherFenceStandsAlone(t *testing.T) {
	s := newStage(t, runnertest.Shape{Hosts: 3})
	h := s.Hosts.Host("acme", "host-001")
	h.Restore(h.Image(), 1000)
	n := s.node()
	s.run(n, 1200)
	if len(h.Began) != 0 {
		t.Errorf("began %v", h.Began)
	}
	for _, other := range []string{"host-000", "host-002"} {
		if len(s.Hosts.Host("acme", other).Began) != 2 {
			t.Errorf("%s: %v", other, s.Hosts.Host("acme", other).Began)
		}
	}
}

// Authority 5.8: the lease is lost while a segment runs: nothing new, the answer is kept,
// and reported when the lease is back and nobody else has.
func TestLease58AnswersAreKeptAndReported(t *testing.T) {
	s := newStage(t, runnertest.Shape{Hosts: 2})
	s.slow(20)
	n := s.node()
	s.step(n)
	lost := true
	n.Ledger.Fail = func(string) runnertest.Fault {
		if lost {
			lost = false
			return runnertest.Taken
		}
		return runnertest.Fine
	}
	s.run(n, 140)
	if len(s.outcomes()) != 0 || n.Exec.Started != 2 {
		t.Fatalf("without lease: results %v, %d dispatches", s.outcomes(), n.Exec.Started)
	}
	s.run(n, 600)
	s.once(2)
	for _, r := range s.Log.Of(resultlog.Result) {
		if r.Fence != 3 {
			t.Errorf("%s recorded under fence %d, wanted that of the new lease", r.Key, r.Fence)
		}
	}
	if n.Exec.Probed != 0 {
		t.Errorf("%d probes of tasks that this process had in hand", n.Exec.Probed)
	}
}

// A lease that is not fresh begins nothing, also not what was just claimed.
func TestR45NotFreshBeginsNothing(t *testing.T) {
	s := newStage(t, runnertest.Shape{Hosts: 1})
	n := s.node()
	n.Ledger.Hook = func(point string) {
		if point == "after flush" {
			s.Pass(100)
		}
	}
	for range 5 {
		s.step(n)
		s.Pass(1)
	}
	if n.Exec.Started != 0 || len(s.Log.Of(resultlog.Claim)) == 0 {
		t.Errorf("%d dispatches, claims %d", n.Exec.Started, len(s.Log.Of(resultlog.Claim)))
	}
	n.Ledger.Hook = nil
	s.run(n, 600)
	s.once(1)
}

// Whatever is decided: nothing begins after Drain, or without a lease that is fresh.
func TestDrainHoldsWhateverIsDecided(t *testing.T) {
	for name, spoil := range map[string]func(*runnertest.Node){
		"drained":   func(n *runnertest.Node) { n.Drain("SIGTERM") },
		"not fresh": func(n *runnertest.Node) { n.Options.Ledger = staleLedger{n.Ledger} },
		"a jump":    func(n *runnertest.Node) { n.Ledger.Stop = "the clock is off" },
	} {
		s := newStage(t, runnertest.Shape{Hosts: 1})
		n := s.node()
		spoil(n)
		n.Think(s.apply, func(st *progress.State, d *progress.Documents, now progress.Now) progress.Decisions {
			now.Stop = ""
			return s.next(st, d, now)
		}, s.outcome)
		for range 10 {
			s.step(n)
			s.Pass(5)
		}
		if n.Exec.Started != 0 {
			t.Errorf("%s: %d dispatches", name, n.Exec.Started)
		}
	}
}

type staleLedger struct{ *runnertest.Ledger }

func (staleLedger) Fresh() bool { return false }

// Drain: what runs is taken in and recorded, nothing begins.
func TestDrainTakesInWhatRuns(t *testing.T) {
	s := newStage(t, runnertest.Shape{Hosts: 2})
	s.slow(10)
	n := s.node()
	s.step(n)
	n.Drain("SIGTERM")
	r := s.run(n, 300)
	if got := strings.Join(s.outcomes(), ", "); got != "host-000 install succeeded, host-001 install succeeded" {
		t.Errorf("results %s", got)
	}
	if !r.Idle || r.Stop != "SIGTERM" || n.Exec.Started != 2 {
		t.Errorf("idle %v, stop %q, %d dispatches", r.Idle, r.Stop, n.Exec.Started)
	}
	s.run(s.node(), 600)
	s.once(2)
}

// Authority 5.10: a clock that jumped, is behind the log, or is off from the remote's
// begins nothing; once it can be trusted again, all goes on.
func TestClock510BeginsNothingByAClockThatCannotBeTrusted(t *testing.T) {
	for name, spoil := range map[string]func(*stage, *runnertest.Node){
		"jumped":     func(_ *stage, n *runnertest.Node) { n.Clock.Offset += 8 },
		"jumps back": func(_ *stage, n *runnertest.Node) { n.Clock.Offset -= 8 },
		"the remote says so": func(_ *stage, n *runnertest.Node) {
			n.Ledger.Stop = "the clock is 31 s off the remote's"
		},
		"behind the log": func(s *stage, _ *runnertest.Node) {
			s.Log.Add("acme", resultlog.Record{Kind: resultlog.Facts, T: "2026-03-02T12:10:00Z"})
		},
	} {
		s := newStage(t, runnertest.Shape{Hosts: 1})
		s.from = s.Seconds() + 60
		s.to = s.from + 3600
		n := s.node()
		s.step(n)
		s.Pass(60)
		spoil(s, n)
		s.step(n)
		s.step(n)
		if name == "jumped" || name == "jumps back" {
			// A jump stops one step: the clock is compared with the remote's again.
			if n.Exec.Started > 1 {
				t.Errorf("%s: %d dispatches", name, n.Exec.Started)
			}
			continue
		}
		if n.Exec.Started != 0 {
			t.Errorf("%s: %d dispatches", name, n.Exec.Started)
		}
		n.Ledger.Stop = ""
		s.run(n, 1200)
		s.once(1)
	}
}

// What was known to be absent under one fence is not known under the next: somebody else
// may have led and begun it meanwhile, without this process having seen anything of it.
func TestP2AbsentIsForgottenWithTheFence(t *testing.T) {
	s := newStage(t, runnertest.Shape{Hosts: 1})
	s.segments = s.segments[:1]
	s.slow(50)
	first := s.node()
	first.Ledger.Hook = func(point string) {
		if point == "after flush" {
			s.Pass(40) // claimed, and too late to dispatch: absent
		}
	}
	s.step(first)
	first.Ledger.Release()
	second := s.node()
	s.run(second, 60)
	second.Ledger.Release() // it is killed after it began the segment
	first.Ledger.Hook = nil
	s.step(first)
	if first.Exec.Started != 0 || first.Exec.Probed != 1 {
		t.Errorf("%d dispatches, %d probes; wanted a probe", first.Exec.Started, first.Exec.Probed)
	}
	s.run(first, 1200)
	s.once(1)
}

// A refusal of what we began says nothing of what another leader began under the same claim
// since.
func TestP2AnOldRefusalDoesNotCloseAnothersClaim(t *testing.T) {
	for _, why := range []string{dispatch.ClockSkew, dispatch.LowerFence, dispatch.Locked, dispatch.TooLate, dispatch.HostKey} {
		s := newStage(t, runnertest.Shape{Hosts: 1})
		s.segments = s.segments[:1]
		s.slow(55)
		h := s.Hosts.Host("acme", "host-000")
		first := s.node()
		first.Exec.Drops = func(asked string, _ *dispatch.Task) (bool, bool) { return false, asked != "start" }
		first.Exec.Timeout = 1000_000
		s.step(first)
		s.Pass(45) // it stands still, its message is lost ...
		first.Ledger.Release()
		second := s.node()
		s.run(second, 60)
		if len(h.Began) != 1 {
			t.Fatalf("began %v", h.Began)
		}
		second.Ledger.Release()
		// ... and a refusal comes back when it leads again.
		first.Exec = nil
		first.Options.Exec = &refusing{key: h.Began[0].Key, why: why, Exec: runnertest.NewExec(s.Hosts)}
		for range 4 {
			s.step(first)
		}
		if got := s.outcomes(); len(got) != 0 {
			t.Errorf("%s: %v while it runs", why, got)
		}
		s.run(s.node(), 1200)
		s.once(1)
	}
}

// refusing answers a start of long ago once, with a refusal.
type refusing struct {
	*runnertest.Exec
	key, why string
}

func (x *refusing) Answers() ([]dispatch.Answer, map[string]string) {
	answers, steps := x.Exec.Answers()
	if x.key != "" {
		answers = append(answers, dispatch.Answer{Key: x.key, Asked: "start", State: dispatch.Refused, Why: x.why})
		x.key = ""
	}
	return answers, steps
}

// What is to be tried again is not put off by a clock that is put right.
func TestClock510AJumpDoesNotMakeWaitsLonger(t *testing.T) {
	s := newStage(t, runnertest.Shape{Hosts: 1})
	s.segments = s.segments[:1]
	n := s.node()
	n.Clock.Offset = 27 * 3600
	n.Ledger.Fail = func(string) runnertest.Fault { return runnertest.Down }
	s.step(n)
	n.Clock.Offset = 0
	n.Ledger.Fail = nil
	s.run(n, 120)
	s.once(1)
}
