package simulation

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/progress"
	"github.com/patchops/patchops/internal/runner"
)

// Shapes of the exhaustive tests. Their windows are always open, so that how late
// something is never decides what becomes of it.
var (
	wide = Shape{
		Name: "wide", Hosts: 24, Waves: []progress.Wave{wave("canary", amount(0), 10*minute), wave("rest", percent(30), 0)}, Percent: []int{10, 100},
		Reboot: "always", Misfire: "nextWindow", Retries: 2, Back: true, Days: 10, Open: day,
	}
	grouped = Shape{
		Name: "grouped", Hosts: 16, Group: 4, Waves: []progress.Wave{
			wave("canary", amount(0), 5*minute, approval(2)), wave("half", amount(2), 5*minute, probe()), wave("rest", amount(4), 0),
		},
		Percent: []int{7, 50, 100}, Reboot: "ifRequired", Misfire: "nextWindow", Retries: 2, Back: true, Days: 10, Open: day,
	}
	failing = Shape{
		Name: "failing", Hosts: 16, Waves: []progress.Wave{wave("canary", amount(1), 0), wave("rest", amount(15), 0)}, Percent: []int{13, 100},
		Reboot: "ifRequired", Misfire: "nextWindow", Retries: 2, Back: true, Notice: true, Days: 10, Open: day,
	}
	small = Shape{
		Name: "small", Hosts: 4, Waves: []progress.Wave{wave("canary", amount(0), 10*minute), wave("rest", amount(2), 0)}, Percent: []int{34, 100},
		Reboot: "ifRequired", Misfire: "nextWindow", Retries: 2, Back: true, Days: 10, Open: day,
	}
)

// broken is how the hosts of an exhaustive test are: the same in all of its worlds.
func (s *Shape) broken() *Faults {
	f := &Faults{Until: 1}
	if s.Name == "failing" || s.Name == "small" {
		f.Characters = func(i int) character {
			switch i % 5 {
			case 1:
				return character{fails: map[dispatch.Segment]int{dispatch.Install: -1}, half: true}
			case 2:
				return character{fails: map[dispatch.Segment]int{dispatch.Install: 1}}
			case 3:
				return character{needBoot: true}
			case 4:
				return character{fails: map[dispatch.Segment]int{dispatch.Verify: -1}}
			}
			return character{}
		}
	}
	return f
}

// all runs one world for each of n numbers, on all cores, until three have failed.
func all(n int, each func(i int, l *Library) bool) {
	var next, failed atomic.Int64
	var wait sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wait.Go(func() {
			l := NewLibrary()
			for failed.Load() < 3 {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				if !each(i, l) {
					failed.Add(1)
				}
			}
		})
	}
	wait.Wait()
}

// same fails where a world broke a promise, or ended otherwise than the one in which
// nothing was interrupted.
func same(t *testing.T, want string, o Options) bool {
	t.Helper()
	r := Run(o)
	if len(r.Broken) == 0 && r.End == want {
		return true
	}
	if len(r.Broken) == 0 {
		t.Errorf("the end is\n\t%s\nand uninterrupted\n\t%s", r.End, want)
		o.Trace = true
		r = Run(o)
	}
	blame(t, o, r)
	return false
}

// uninterrupted is the world that others are compared with.
func uninterrupted(t *testing.T, s *Shape, two bool) (Result, Options) {
	t.Helper()
	o := Options{Seed: 7, Shape: s, Faults: s.broken()}
	o.Faults.Two = two
	r := Run(o)
	if len(r.Broken) > 0 {
		blame(t, o, r)
		t.FailNow()
	}
	return r, o
}

// TestEverySingleCrash: P1 to P7 hold and the end is the same wherever the controller is
// killed, at every boundary of an action of three plans; it comes back, or another
// takes over.
func TestEverySingleCrash(t *testing.T) {
	total := 0
	for _, s := range []*Shape{&wide, &grouped, &failing} {
		for _, two := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s two=%t", s.Name, two), func(t *testing.T) {
				base, o := uninterrupted(t, s, two)
				every := number(t, "PATCHOPS_CRASHES_EVERY", 1+6*short())
				total += base.Points
				all(base.Points/every, func(i int, l *Library) bool {
					one := o
					one.CrashAt, one.Library = []int{i*every + 1}, l
					return same(t, base.End, one)
				})
				t.Logf("%d boundaries, every %dth; the end: %s", base.Points, every, base.End)
			})
		}
	}
	t.Logf("%d single crashes", total)
	if total < 3000 {
		t.Errorf("%d crash points, wanted 3000 or more", total)
	}
}

// short is 1 where tests are to take seconds, and 0 where all is tried.
func short() int {
	if os.Getenv("PATCHOPS_EXHAUSTIVE") != "" {
		return 0
	}
	return 1
}

// TestEveryPairOfCrashes: the same for every two crashes of a small plan, the second
// wherever it can come after the first, recovery included.
func TestEveryPairOfCrashes(t *testing.T) {
	base, o := uninterrupted(t, &small, false)
	every := number(t, "PATCHOPS_PAIRS_EVERY", 1+8*short())
	var pairs atomic.Int64
	all(base.Points/every, func(i int, l *Library) bool {
		first := i*every + 1
		one := o
		one.Library, one.CrashAt = l, []int{first}
		points := Run(one).Points
		for second := first + 1; second <= points; second += every {
			one.CrashAt = []int{first, second}
			pairs.Add(1)
			if !same(t, base.End, one) {
				return false
			}
		}
		return true
	})
	t.Logf("%d boundaries, %d pairs", base.Points, pairs.Load())
	if every == 1 && pairs.Load() < 60000 {
		t.Errorf("%d pairs, wanted 60000 or more", pairs.Load())
	}
}

var errBroken = errors.New("input/output error")

// TestEveryCallFails: the same for every call to log, disk, documents and contacts that
// fails once, with each error that it can give.
func TestEveryCallFails(t *testing.T) {
	for _, how := range []error{runner.ErrRemote, runner.ErrRace, runner.ErrFull, runner.ErrLost, errBroken} {
		t.Run(how.Error(), func(t *testing.T) {
			base, o := uninterrupted(t, &failing, false)
			every := 1 + 4*short()
			all(base.Calls/every, func(i int, l *Library) bool {
				one := o
				one.FailAt, one.How, one.Library = i*every+1, how, l
				return same(t, base.End, one)
			})
			t.Logf("%d calls, every %dth", base.Calls, every)
		})
	}
}
