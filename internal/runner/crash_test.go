package runner_test

import (
	"errors"
	"testing"

	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/runner/runnertest"
)

// killed is the panic of a process that ends at once.
var errKilled = errors.New("kill -9")

// until steps a node until it panics with errKilled, or so many seconds have passed. It
// reports whether it was killed.
func (s *stage) until(n *runnertest.Node, seconds int64) (dead bool) {
	s.t.Helper()
	defer func() {
		if p := recover(); p != nil {
			if p != any(errKilled) {
				panic(p)
			}
			dead = true
		}
	}()
	s.run(n, seconds)
	return false
}

// hooks has every call of a node that can be crashed at count down to the crash.
func hooks(n *runnertest.Node, visit func(point string)) {
	n.Ledger.Hook, n.Exec.Hook = visit, visit
}

// P1, R43: whenever a host begins something, the claim for it is in the log, under the
// fence that began it.
func TestP1NoEffectWithoutDurableIntent(t *testing.T) {
	s := newStage(t, runnertest.Shape{Hosts: 7})
	n := s.node()
	seen := 0
	n.Exec.Hook = func(point string) {
		if point != "after start" {
			return
		}
		claims := map[string]int64{}
		for _, r := range s.Log.Of(resultlog.Claim) {
			claims[r.Key] = r.Fence
		}
		for _, h := range s.Hosts.By {
			for _, b := range h.Began {
				seen++
				if claims[b.Key] != b.Fence {
					t.Fatalf("%s began under fence %d, claimed under %d", b.Key, b.Fence, claims[b.Key])
				}
			}
		}
	}
	s.run(n, 600)
	if s.once(7); seen == 0 {
		t.Error("nothing was looked at")
	}
}

// R61, P2, P6: killed at any call, another process goes on: every segment begins exactly
// once and ends the same; and so if that one is killed too.
func TestR61KilledAnywhereEndsTheSame(t *testing.T) {
	points := 0
	count := newStage(t, runnertest.Shape{Hosts: 3})
	n := count.node()
	hooks(n, func(string) { points++ })
	count.run(n, 3600)
	count.once(3)
	for first := range points {
		for _, second := range []int{0, 3, 9, 20} {
			s := newStage(t, runnertest.Shape{Hosts: 3})
			for _, at := range []int{first, second} {
				n, left := s.node(), at
				hooks(n, func(string) {
					if left--; left < 0 {
						panic(errKilled)
					}
				})
				s.until(n, 3600)
			}
			s.run(s.node(), 2*3600)
			s.once(3)
			if t.Failed() {
				t.Fatalf("killed at call %d, then at %d", first, second)
			}
		}
	}
	t.Logf("%d points", points)
}

// WR28: killed after the claim was pushed and before the dispatch: probed, and dispatched
// again as the same attempt. Killed after the dispatch: the result is imported.
func TestWR28KilledBeforeAndAfterTheDispatch(t *testing.T) {
	for point, wants := range map[string]struct{ claims, started int }{
		"before start": {claims: 2, started: 1},
		"after start":  {claims: 1, started: 0},
	} {
		s := newStage(t, runnertest.Shape{Hosts: 1})
		s.segments = s.segments[:1]
		first := s.node()
		first.Exec.Hook = func(p string) {
			if p == point {
				panic(errKilled)
			}
		}
		if !s.until(first, 60) {
			t.Fatalf("%s: not killed", point)
		}
		second := s.node()
		s.run(second, 1200)
		s.once(1)
		claims := s.Log.Of(resultlog.Claim)
		if len(claims) != wants.claims || second.Exec.Started != wants.started || second.Exec.Probed == 0 {
			t.Errorf("%s: %d claims, %d dispatches, %d probes; wanted %+v and a probe", point, len(claims), second.Exec.Started, second.Exec.Probed, wants)
		}
		for _, c := range claims {
			if c.Key != claims[0].Key || c.Attempt != 1 {
				t.Errorf("%s: claimed %s attempt %d, wanted the same attempt", point, c.Key, c.Attempt)
			}
		}
	}
}

// Authority 5.9: a probe that says absent while the dispatch may still arrive does not
// count. The message of the dead process is slow, and gets there first or not at all.
func TestFence59AbsentCountsOnlyPastNotAfter(t *testing.T) {
	for _, delay := range []int64{5, 15, 29, 31, 300} {
		s := newStage(t, runnertest.Shape{Hosts: 1})
		s.segments = s.segments[:1]
		first := s.node()
		first.Exec.Delay = func(string, *dispatch.Task) int64 { return delay * 1000 }
		first.Exec.Hook = func(p string) {
			if p == "after start" {
				panic(errKilled)
			}
		}
		s.until(first, 60)
		first.Ledger.Release() // as if the lease had been short: the second looks at once
		second := s.node()
		claimed, again := s.Seconds(), int64(0)
		second.Exec.Hook = func(p string) {
			if p == "after start" {
				again = s.Seconds()
			}
		}
		s.run(second, 1200)
		s.once(1)
		if again > 0 && again <= claimed+30 {
			t.Errorf("delay %d: dispatched again after %d s", delay, again-claimed)
		}
	}
}

// R44: nobody knows: probed until somebody does; never begun again blindly.
func TestR44UnknownIsProbedNeverRepeated(t *testing.T) {
	s := newStage(t, runnertest.Shape{Hosts: 1})
	s.segments = s.segments[:1]
	h := s.Hosts.Host("acme", "host-000")
	n := s.node()
	n.Exec.Drops = func(asked string, _ *dispatch.Task) (bool, bool) { return asked == "start", true }
	h.Seconds = func(*dispatch.Task, *dispatch.Step) int64 { return 20 }
	s.run(n, 15)
	h.Down = true
	s.run(n, 3600)
	if got := len(s.Log.Of(resultlog.Unknown)); got != 1 {
		t.Errorf("%d unknowns in an hour without answer, wanted 1", got)
	}
	if n.Exec.Probed < 5 || n.Exec.Probed > 60 {
		t.Errorf("%d probes in an hour, wanted some, ever rarer", n.Exec.Probed)
	}
	h.Down = false
	s.run(n, 3700)
	s.once(1)
}

// R44: a host that may not be asked (its key changed, there is no secret) says nothing of
// what was begun there: unknown, not refused.
func TestR44ARefusedProbeIsUnknown(t *testing.T) {
	s := newStage(t, runnertest.Shape{Hosts: 1})
	s.segments = s.segments[:1]
	s.slow(40)
	h := s.Hosts.Host("acme", "host-000")
	first := s.node()
	first.Exec.Hook = func(p string) {
		if p == "after start" {
			panic(errKilled)
		}
	}
	s.until(first, 60)
	h.Lies = func(a *dispatch.Answer) {
		if a.Asked == "probe" {
			*a = dispatch.Answer{Key: a.Key, Asked: a.Asked, State: dispatch.Refused, Why: dispatch.HostKey}
		}
	}
	second := s.node()
	s.run(second, 600)
	if got := s.Log.Of(resultlog.Unknown); len(s.outcomes()) != 0 || len(got) != 1 {
		t.Errorf("results %v, unknown %+v", s.outcomes(), got)
	}
	h.Lies = nil
	s.run(second, 1200)
	s.once(1)
}

// R44: a journal with an intent and no outcome: unknown, and not begun again, whoever
// looks.
func TestR44InterruptedIsNotRepeated(t *testing.T) {
	s := newStage(t, runnertest.Shape{Hosts: 1})
	s.segments = []dispatch.Segment{dispatch.Install}
	h := s.Hosts.Host("acme", "host-000")
	h.Dies = func(_ *dispatch.Task, step *dispatch.Step) int64 {
		if step.Name == dispatch.Installs {
			return 120
		}
		return 0
	}
	s.run(s.node(), 1800)
	s.run(s.node(), 1800)
	if n := s.began()["acme/march/host-000/install"]; n != 1 {
		t.Errorf("began %d times", n)
	}
	unknown := s.Log.Of(resultlog.Unknown)
	if len(unknown) == 0 || unknown[len(unknown)-1].Why != string(dispatch.Interrupted) || len(unknown) > 4 {
		t.Errorf("the log says %+v", unknown)
	}
	if got := s.outcomes(); len(got) != 0 {
		t.Errorf("results %v", got)
	}
}

// A key with a result is never dispatched again, even on a host that forgot it (5.9, 6).
func TestARestoredHostDoesNotRepeatWhatTheLogHas(t *testing.T) {
	s := newStage(t, runnertest.Shape{Hosts: 1})
	h := s.Hosts.Host("acme", "host-000")
	image := h.Image()
	n := s.node()
	for range 100 {
		if len(s.outcomes()) == 1 {
			break
		}
		s.run(n, 1)
	}
	h.Restore(image, n.Ledger.Fence())
	s.run(s.node(), 1200)
	s.run(n, 600)
	if n := s.began()["acme/march/host-000/install"]; n != 1 || len(s.outcomes()) != 2 {
		t.Errorf("the install began %d times, results %v", n, s.outcomes())
	}
}

// A host that is restored to before an open claim says absent: it is begun again, once,
// because what it did is gone.
func TestARestoredHostBeginsAnOpenClaimAgain(t *testing.T) {
	s := newStage(t, runnertest.Shape{Hosts: 1})
	s.segments = s.segments[:1]
	h := s.Hosts.Host("acme", "host-000")
	h.Seconds = func(*dispatch.Task, *dispatch.Step) int64 { return 50 }
	image := h.Image()
	n := s.node()
	s.run(n, 30)
	h.Restore(image, n.Ledger.Fence())
	s.run(n, 3600)
	if n := s.began()["acme/march/host-000/install"]; n != 2 || len(s.outcomes()) != 1 {
		t.Errorf("began %d times, results %v; wanted the second to end", n, s.outcomes())
	}
}
