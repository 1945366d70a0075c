package runner_test

import (
	"testing"
	"time"

	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/runner"
	"github.com/patchops/patchops/internal/runner/runnertest"
)

// dice is a small source of numbers that a seed reproduces.
type dice uint64

func (d *dice) below(n uint64) uint64 {
	x := *d
	x ^= x << 13
	x ^= x >> 7
	x ^= x << 17
	*d = x
	return uint64(x) % n
}

// storm is a rollout with everything that can go wrong, in processes that are killed one
// after another, and then calm weather.
func storm(t *testing.T, seed int) (*stage, runner.Report) {
	t.Helper()
	d := dice(seed)*2654435761 + 88172645463325252
	w := runnertest.New(runnertest.Build(runnertest.Shape{
		Hosts: 4, Waves: []int{1, 3}, Pairs: 1, MaxFailures: []int64{1, 1}, Rollback: d.below(2) == 0,
		Reboot: []string{"never", "ifRequired", "always"}[d.below(3)], Misfire: "nextWindow",
	}))
	s := &stage{World: w, t: t}
	calm := false
	for _, name := range sortedKeys(w.Hosts.By) {
		h, slow, bad := w.Hosts.By[name], d.below(30), d.below(5)
		h.Offset = int64(d.below(7)) - 3
		h.Seconds = func(*dispatch.Task, *dispatch.Step) int64 { return int64(d.below(slow+1)) + 1 }
		h.Asks = func(*dispatch.Task) bool { return slow > 15 }
		h.Fails = func(task *dispatch.Task, _ *dispatch.Step) bool {
			return bad == 0 && task.Attempt == 1 && task.Segment != dispatch.Rollback && d.below(6) == 0
		}
		h.Dies = func(*dispatch.Task, *dispatch.Step) int64 {
			if bad == 1 && !calm && d.below(10) == 0 {
				return int64(d.below(300)) + 1
			}
			return 0
		}
	}
	w.To(runnertest.Noon + 9*3600 + int64(d.below(3600)))
	for range 6 {
		n := w.Node()
		n.Exec.Drops = func(string, *dispatch.Task) (bool, bool) { return d.below(5) == 0, d.below(2) == 0 }
		n.Exec.Delay = func(string, *dispatch.Task) int64 { return int64(d.below(3) * d.below(25_000)) }
		n.Ledger.Fail = func(call string) runnertest.Fault {
			if d.below(6) > 0 {
				return runnertest.Fine
			}
			if call == "look" {
				return runnertest.Down
			}
			return runnertest.Fault(1 + d.below(5))
		}
		left := 60 + d.below(300)
		everywhere(n, func(string) {
			if left--; left == 0 {
				panic(errKilled)
			}
		})
		s.until(n, int64(d.below(1800)))
		everywhere(n, nil)
	}
	calm = true
	last := s.run(w.Node(), 4*86400)
	return s, last
}

// P1, P2, P7, R43, R44, R61: in any weather a key begins at most once, only after a claim of it
// under the same fence is in the log, fences at a host never fall, and in calm weather all
// comes to an end, or to a stop that says why.
func TestP2InAnyWeather(t *testing.T) {
	for seed := range 250 {
		s, last := storm(t, seed+1)
		claimed := map[string]bool{} // key and fence
		open := map[string]bool{}
		ended := false
		for _, l := range s.Log.All {
			switch r := l.Record; r.Kind {
			case resultlog.Claim:
				claimed[r.Key+"@"+string(rune(r.Fence))] = true
				open[r.Key] = true
			case resultlog.Result:
				delete(open, r.Key)
			case resultlog.RunEnded:
				ended = true
			}
		}
		for key, n := range s.began() {
			if n > 1 {
				t.Errorf("%s began %d times", key, n)
			}
		}
		for name, h := range s.Hosts.By {
			high := int64(0)
			for _, b := range h.Began {
				if !claimed[b.Key+"@"+string(rune(b.Fence))] {
					t.Errorf("%s began %s under fence %d without a claim of it", name, b.Segment, b.Fence)
				}
				if b.Fence < high {
					t.Errorf("%s began under fence %d after %d", name, b.Fence, high)
				}
				high = b.Fence
				if at := time.Unix(b.At, 0).UTC().Hour(); at >= 2 && at < 22 {
					t.Errorf("%s began %s at %d h, outside its window", name, b.Segment, at)
				}
			}
		}
		if !ended && len(last.Waits) == 0 {
			t.Errorf("not ended, and nobody says why; open %v", open)
		}
		if t.Failed() {
			dump(t, s.World)
			t.Fatalf("seed %d", seed+1)
		}
	}
}
