package runner_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/progress"
	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/runner/runnertest"
)

// whole runs a rollout of a shape to its end with the real progress, and gives the world.
func whole(tb testing.TB, shape runnertest.Shape) *runnertest.World {
	tb.Helper()
	w := runnertest.New(runnertest.Build(shape))
	n := w.Node()
	if _, err := n.Run(w.Seconds() + 3*86400); err != nil {
		tb.Fatal(err)
	}
	return w
}

// A rollout in waves goes from run.begun to run.ended, every host once.
func TestAWholeRollout(t *testing.T) {
	w := whole(t, runnertest.Shape{Hosts: 6, Waves: []int{1, 2, 3}, Soak: 600, Reboot: "always"})
	ended := w.Log.Of(resultlog.RunEnded)
	if len(ended) != 1 || ended[0].Outcome != "done" {
		for _, r := range w.Log.All {
			t.Logf("%s %s %s %s %s %s %s %s", r.Record.T, r.Record.Kind, r.Record.Wave, r.Record.Asset, r.Record.Segment, r.Record.Outcome, r.Record.Code, r.Record.Why)
		}
		t.Fatalf("ended %+v", ended)
	}
	for _, h := range w.Hosts.By {
		if h.Installed["kb1"] != "2" || len(h.Began) != 3 {
			t.Errorf("%s: %v, began %d", h.Name, h.Installed, len(h.Began))
		}
	}
}

// What a runner holds in memory is what the log says, whatever failed on the way; and the
// rollout ends as one without faults.
func TestStateIsWhatTheLogSays(t *testing.T) {
	for seed := range 200 {
		w := runnertest.New(runnertest.Build(runnertest.Shape{Hosts: 4, Waves: []int{1, 3}, Pairs: 1, Soak: 300}))
		n, x := w.Node(), uint64(seed)*2654435761+1
		n.Ledger.Fail = func(string) runnertest.Fault {
			x ^= x << 13
			x ^= x >> 7
			x ^= x << 17
			if x%50 == 7 && w.Seconds() > runnertest.Noon+10*3600 { // somebody else writes, too
				w.Log.Add("acme", resultlog.Record{Kind: resultlog.Resume, Plan: "acme/march", T: resultlog.Instant(time.Unix(w.Seconds(), 0)), Actor: &resultlog.Actor{Kind: "person", ID: "dana"}})
			}
			if x%6 > 0 || w.Seconds() > runnertest.Noon+12*3600 {
				return runnertest.Fine
			}
			return []runnertest.Fault{runnertest.Down, runnertest.Lost, runnertest.Late, runnertest.Race, runnertest.Full}[x/6%5]
		}
		if _, err := n.Run(w.Seconds() + 3*86400); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		again := progress.Begin()
		if err := again.Apply(w.Log.All, n.Ledger.Blob); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if where := differs(reflect.ValueOf(n.State.Runs), reflect.ValueOf(again.Runs), "runs"); where != "" {
			t.Errorf("seed %d: %s, says the log", seed, where)
		}
		ended := w.Log.Of(resultlog.RunEnded)
		if len(ended) != 1 || ended[0].Outcome != "done" {
			t.Errorf("seed %d: ended %+v", seed, ended)
		}
		for _, h := range w.Hosts.By {
			if len(h.Began) != 2 {
				t.Errorf("seed %d: %s began %d times", seed, h.Name, len(h.Began))
			}
		}
		if t.Failed() {
			dump(t, w)
			return
		}
	}
}

// differs says where two values differ in what is exported, or "".
func differs(a, b reflect.Value, at string) string {
	if !a.IsValid() || !b.IsValid() {
		if a.IsValid() != b.IsValid() {
			return at + " is missing"
		}
		return ""
	}
	switch a.Kind() {
	case reflect.Pointer:
		if a.IsNil() || b.IsNil() {
			if a.IsNil() != b.IsNil() {
				return fmt.Sprintf("%s is nil %v, wanted %v", at, a.IsNil(), b.IsNil())
			}
			return ""
		}
		return differs(a.Elem(), b.Elem(), at)
	case reflect.Struct:
		for i := range a.NumField() {
			if f := a.Type().Field(i); f.IsExported() {
				if where := differs(a.Field(i), b.Field(i), at+"."+f.Name); where != "" {
					return where
				}
			}
		}
	case reflect.Map:
		if a.Len() != b.Len() {
			return fmt.Sprintf("%s has %d, wanted %d", at, a.Len(), b.Len())
		}
		for _, k := range a.MapKeys() {
			if where := differs(a.MapIndex(k), b.MapIndex(k), fmt.Sprintf("%s[%v]", at, k)); where != "" {
				return where
			}
		}
	case reflect.Slice:
		if a.Len() != b.Len() {
			return fmt.Sprintf("%s has %d, wanted %d", at, a.Len(), b.Len())
		}
		for i := range a.Len() {
			if where := differs(a.Index(i), b.Index(i), fmt.Sprintf("%s[%d]", at, i)); where != "" {
				return where
			}
		}
	default:
		if !reflect.DeepEqual(a.Interface(), b.Interface()) {
			return fmt.Sprintf("%s is %v, wanted %v", at, a.Interface(), b.Interface())
		}
	}
	return ""
}

func dump(t *testing.T, w *runnertest.World) {
	t.Helper()
	for _, l := range w.Log.All {
		r := l.Record
		t.Logf("%s %d %s %s %s %s %s %s %s", r.T, r.Fence, r.Kind, r.Wave, r.Asset, r.Segment, r.Outcome, r.Code, r.Why)
	}
}

// R61: the rollout, killed at any call of any kind and started again, ends like one that
// was not: every segment began once.
func TestR61AWholeRolloutKilledAnywhere(t *testing.T) {
	shape := runnertest.Build(runnertest.Shape{Hosts: 4, Waves: []int{1, 3}, Pairs: 1})
	points := 0
	count := runnertest.New(shape)
	n := count.Node()
	everywhere(n, func(string) { points++ })
	if _, err := n.Run(count.Seconds() + 3*86400); err != nil {
		t.Fatal(err)
	}
	for at := range points {
		w := runnertest.New(shape)
		s := &stage{World: w, t: t}
		n, left := w.Node(), at
		everywhere(n, func(string) {
			if left--; left < 0 {
				panic(errKilled)
			}
		})
		s.until(n, 3*86400)
		everywhere(n, nil)
		s.run(w.Node(), 3*86400)
		ended := w.Log.Of(resultlog.RunEnded)
		if len(ended) != 1 || ended[0].Outcome != "done" {
			t.Errorf("ended %+v", ended)
		}
		for key, n := range s.began() {
			if n != 1 {
				t.Errorf("%s began %d times", key, n)
			}
		}
		if s.settled(); t.Failed() {
			dump(t, w)
			t.Fatalf("killed at call %d", at)
		}
	}
	t.Logf("%d points", points)
}

func everywhere(n *runnertest.Node, visit func(string)) {
	n.Ledger.Hook, n.Exec.Hook, n.World.Tell.Hook, n.World.Docs.Hook = visit, visit, visit, visit
}

// Rollouts of five hosts a second: what a simulation has to spend.
func BenchmarkRollout(b *testing.B) {
	for _, hosts := range []int{5, 50, 500} {
		b.Run(fmt.Sprint(hosts), func(b *testing.B) {
			d := runnertest.Build(runnertest.Shape{Hosts: hosts, Waves: []int{1, hosts / 3, hosts}, Reboot: "always"})
			b.ReportAllocs()
			for b.Loop() {
				w := runnertest.New(d)
				if _, err := w.Node().Run(w.Seconds() + 3*86400); err != nil {
					b.Fatal(err)
				}
				if len(w.Log.Of(resultlog.RunEnded)) != 1 {
					b.Fatal("it did not end")
				}
			}
		})
	}
}

// R44: a reboot of which nobody knows the outcome is held for a person: it is not begun
// again, nor is anything else on that host, and somebody is told why.
func TestR44ARebootOfUnknownOutcomeIsHeld(t *testing.T) {
	w := runnertest.New(runnertest.Build(runnertest.Shape{Hosts: 2, Reboot: "always", MaxFailures: []int64{1}}))
	h := w.Hosts.Host("acme", "host-000")
	h.Dies = func(_ *dispatch.Task, s *dispatch.Step) int64 {
		if s.Name == dispatch.Reboots {
			return 120
		}
		return 0
	}
	for range 2 { // and the same after a restart
		n := w.Node()
		r, err := n.Run(w.Seconds() + 86400)
		if err != nil {
			t.Fatal(err)
		}
		n.Ledger.Release()
		if !slices.ContainsFunc(r.Waits, func(x progress.Wait) bool { return strings.Contains(x.Why, "host-000") }) {
			t.Errorf("waits %+v, wanted one of host-000", r.Waits)
		}
	}
	reboots := 0
	for _, b := range h.Began {
		if b.Segment == dispatch.Reboot {
			reboots++
		}
	}
	if last := h.Began[len(h.Began)-1]; reboots != 1 || last.Segment != dispatch.Reboot {
		t.Errorf("began %+v", h.Began)
	}
	if t.Failed() {
		dump(t, w)
	}
}
