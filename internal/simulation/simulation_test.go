package simulation

import (
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// number is a setting of the environment, or what stands in for it.
func number(t testing.TB, name string, otherwise int) int {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		t.Fatalf("%s is %q, wanted a number", name, text)
	}
	return n
}

// blame shows what happened in a world that broke a promise.
func blame(t testing.TB, o Options, r Result) {
	t.Helper()
	o.Trace, o.Library = true, nil
	if again := Run(o); len(again.Broken) > 0 {
		r = again
	} else {
		t.Errorf("it does not happen again: found %q at first", r.Broken)
	}
	lines := r.Trace[max(0, len(r.Trace)-120):]
	shape := "drawn"
	if o.Shape != nil {
		shape = o.Shape.Name
	}
	t.Errorf("seed %d, shape %s, crash at %v, fail at %d (%v):\n%s\nhow it came:\n%s", o.Seed, shape, o.CrashAt, o.FailAt, o.How, strings.Join(r.Broken, "\n"), strings.Join(lines, "\n"))
}

// TestNothingGoesWrong: where nothing does, every plan is carried out to its end.
func TestNothingGoesWrong(t *testing.T) {
	for i := range Shapes {
		s := &Shapes[i]
		t.Run(s.Name, func(t *testing.T) {
			o := Options{Seed: 1, Shape: s, Faults: &Faults{}}
			r := Run(o)
			if len(r.Broken) > 0 || r.Outcome != "done" {
				blame(t, o, r)
			}
			t.Logf("%d steps, %d records, %d boundaries, %d calls, %s", r.Steps, r.Records, r.Points, r.Calls, time.Duration(r.Ended)*time.Second)
		})
	}
}

// TestSeedReproduces: P10, the same seed gives the same bytes in the log.
func TestSeedReproduces(t *testing.T) {
	for seed := range uint64(40) {
		a, b := Run(Options{Seed: seed}), Run(Options{Seed: seed, Trace: true})
		if a.Digest != b.Digest || a.Steps != b.Steps || a.End != b.End {
			t.Errorf("seed %d: %x in %d steps, then %x in %d: %s / %s", seed, a.Digest, a.Steps, b.Digest, b.Steps, a.End, b.End)
		}
	}
}

// TestSeed shows what happens in the world PATCHOPS_SEED.
func TestSeed(t *testing.T) {
	if os.Getenv("PATCHOPS_SEED") == "" {
		t.Skip("PATCHOPS_SEED is not set")
	}
	r := Run(Options{Seed: uint64(number(t, "PATCHOPS_SEED", 0)), Trace: true})
	t.Logf("%s\nend: %s\nbroken: %q", strings.Join(r.Trace, "\n"), r.End, r.Broken)
	if len(r.Broken) > 0 {
		t.Fail()
	}
}

// TestSimulations: P1 to P10 hold in PATCHOPS_SIMULATIONS worlds (a few seconds' worth),
// from seed PATCHOPS_FROM.
func TestSimulations(t *testing.T) {
	n, from := number(t, "PATCHOPS_SIMULATIONS", 1000), number(t, "PATCHOPS_FROM", 0)
	began := time.Now()
	var next, failed, steps atomic.Int64
	ends := sync.Map{}
	var wait sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wait.Go(func() {
			library := NewLibrary()
			for failed.Load() < 3 {
				i := next.Add(1) - 1
				if i >= int64(n) {
					return
				}
				o := Options{Seed: uint64(from) + uint64(i), Library: library}
				r := Run(o)
				steps.Add(int64(r.Steps))
				count, _ := ends.LoadOrStore(r.Outcome, new(atomic.Int64))
				count.(*atomic.Int64).Add(1)
				if len(r.Broken) > 0 {
					failed.Add(1)
					blame(t, o, r)
				}
			}
		})
	}
	wait.Wait()
	took := time.Since(began)
	done := min(int64(n), next.Load())
	t.Logf("%d simulated rollouts in %s: %.0f a second, %.0f an hour on %d cores; %d steps of controllers", done, took.Round(time.Millisecond),
		float64(done)/took.Seconds(), float64(done)/took.Hours(), runtime.GOMAXPROCS(0), steps.Load())
	ends.Range(func(k, v any) bool {
		t.Logf("run %q: %d", k, v.(*atomic.Int64).Load())
		return true
	})
}
