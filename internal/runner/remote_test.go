package runner_test

import (
	"fmt"
	"testing"

	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/runner/runnertest"
)

// R64: a flush whose answer is lost, at any of them: looked at again; what landed is not
// written twice, what did not is, and nothing begins twice or not at all.
func TestR64AFlushThatMayHaveLanded(t *testing.T) {
	for _, fault := range []runnertest.Fault{runnertest.Down, runnertest.Lost, runnertest.Late, runnertest.Race, runnertest.Full} {
		for at := range 8 {
			for times := 1; times < 4; times++ {
				s := newStage(t, runnertest.Shape{Hosts: 3})
				n, flushes := s.node(), 0
				n.Ledger.Fail = func(call string) runnertest.Fault {
					if call != "flush" {
						return runnertest.Fine
					}
					if flushes++; flushes > at && flushes <= at+times {
						return fault
					}
					return runnertest.Fine
				}
				s.run(n, 3600)
				s.once(3)
				if t.Failed() {
					t.Fatalf("fault %d at flush %d, %d times", fault, at, times)
				}
			}
		}
	}
}

// A claim that landed although its answer was lost, and that this process never
// dispatched, needs no probe: it is claimed again and begins, once.
func TestR64AClaimInDoubtIsDecidedAfresh(t *testing.T) {
	s := newStage(t, runnertest.Shape{Hosts: 1})
	n, once := s.node(), true
	n.Ledger.Fail = func(call string) runnertest.Fault {
		if call == "flush" && once {
			once = false
			return runnertest.Lost
		}
		return runnertest.Fine
	}
	s.step(n)
	if claims := s.Log.Of(resultlog.Claim); len(claims) != 2 || claims[0].Key != claims[1].Key || n.Exec.Probed != 0 || n.Exec.Started != 1 {
		t.Errorf("%d claims, %d probes, %d dispatches", len(claims), n.Exec.Probed, n.Exec.Started)
	}
	s.run(n, 600)
	s.once(1)
}

// R63: the remote is down: what runs goes on to its end, nothing begins, memory does not
// grow, and nothing is lost when it is back.
func TestR63RemoteDown(t *testing.T) {
	s := newStage(t, runnertest.Shape{Hosts: 4})
	s.slow(20)
	n := s.node()
	s.step(n)
	down, looks := true, 0
	n.Ledger.Fail = func(string) runnertest.Fault {
		if !down {
			return runnertest.Fine
		}
		looks++
		return runnertest.Down
	}
	r := s.run(n, 6*3600)
	if n.Exec.Started != 4 || len(s.outcomes()) != 0 || r.Wake == 0 {
		t.Errorf("while down: %d dispatches, results %v, wake %d", n.Exec.Started, s.outcomes(), r.Wake)
	}
	if looks > 6*3600/20 {
		t.Errorf("asked the remote %d times in six hours", looks)
	}
	for _, h := range s.Hosts.By {
		if h.Installed["kb1"] != "2" {
			t.Errorf("%s did not go to its end", h.Name)
		}
	}
	down = false
	s.run(n, 1200)
	s.once(4)
}

// R60, X4: the log cannot be written: no new effect, for as long as that is so; what hosts
// answer is kept.
func TestR60AFullDiskBeginsNothing(t *testing.T) {
	for _, atFirst := range []bool{true, false} {
		s := newStage(t, runnertest.Shape{Hosts: 2})
		s.slow(10)
		n := s.node()
		full := atFirst
		n.Ledger.Fail = func(call string) runnertest.Fault {
			if full && call == "flush" {
				return runnertest.Full
			}
			return runnertest.Fine
		}
		s.step(n)
		full = true
		s.run(n, 3600)
		began := 0
		for _, k := range s.began() {
			began += k
		}
		if want := map[bool]int{true: 0, false: 2}[atFirst]; began != want {
			t.Errorf("began %d, wanted %d", began, want)
		}
		full = false
		s.run(n, 1200)
		s.once(2)
	}
}

// Results share pushes: at most 5 s apart or 500, and before the next dispatch.
func TestResultsAreFlushedTogether(t *testing.T) {
	s := newStage(t, runnertest.Shape{Hosts: 40})
	s.segments = s.segments[:1]
	for i := range 40 {
		s.Hosts.Host("acme", fmt.Sprintf("host-%03d", i)).Seconds = func(*dispatch.Task, *dispatch.Step) int64 { return int64(i + 1) }
	}
	n, flushes := s.node(), 0
	n.Ledger.Hook = func(point string) {
		if point == "after flush" {
			flushes++
		}
	}
	s.run(n, 600)
	s.once(40)
	if flushes > 45 || flushes < 10 {
		t.Errorf("%d flushes for 40 results over 160 s, wanted one in five seconds", flushes)
	}
}

// Two processes with a network that loses, delays and doubles: every key begins once.
func TestP2NothingIsRepeatedWhateverGetsLost(t *testing.T) {
	for seed := range 300 {
		s := newStage(t, runnertest.Shape{Hosts: 3})
		x := uint64(seed)*2654435761 + 1
		dice := func(n uint64) uint64 {
			x ^= x << 13
			x ^= x >> 7
			x ^= x << 17
			return x % n
		}
		s.slow(int64(dice(20)) + 1)
		for range 6 {
			n := s.node()
			calm := false
			n.Exec.Drops = func(string, *dispatch.Task) (bool, bool) {
				return !calm && dice(4) == 0, dice(2) == 0
			}
			n.Exec.Delay = func(string, *dispatch.Task) int64 { return int64(dice(3) * dice(25_000)) }
			n.Ledger.Fail = func(call string) runnertest.Fault {
				if calm || dice(5) > 0 {
					return runnertest.Fine
				}
				if call == "look" {
					return runnertest.Down
				}
				return runnertest.Fault(1 + dice(5))
			}
			left := 20 + dice(60)
			hooks(n, func(string) {
				if left--; left == 0 {
					panic(errKilled)
				}
			})
			s.until(n, int64(dice(400)))
		}
		last := s.node()
		s.run(last, 4*3600)
		s.settled()
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
}

// settled fails unless every claim has one result, every result a claim, and nothing began
// twice.
func (s *stage) settled() {
	s.t.Helper()
	open := map[string]bool{}
	for _, r := range s.Log.All {
		switch key := r.Record.Key; r.Record.Kind {
		case resultlog.Claim:
			open[key] = true
		case resultlog.Result:
			if !open[key] {
				s.t.Errorf("a result of %s, which is not claimed", key)
			}
			delete(open, key)
		}
	}
	for key := range open {
		s.t.Errorf("%s is still open", key)
	}
	for key, n := range s.began() {
		if n > 1 {
			s.t.Errorf("%s began %d times", key, n)
		}
	}
}
