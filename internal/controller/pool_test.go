package controller

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/executor"
)

// asked is an executor that does what the test says.
type asked struct {
	start func(t dispatch.Task) dispatch.Answer
}

func (a asked) Start(_ context.Context, t dispatch.Task, _ func(string)) dispatch.Answer {
	return a.start(t)
}

func (a asked) Probe(context.Context, dispatch.Task) dispatch.Answer {
	return dispatch.Answer{State: dispatch.Absent}
}
func (a asked) Stop(context.Context, dispatch.Task) dispatch.Answer { return dispatch.Answer{} }
func (a asked) Close() error                                        { return nil }

func poolOf(t *testing.T, most int, e executor.Executor) *pool {
	t.Helper()
	now := time.Unix(1000, 0)
	p := newPool(map[string]executor.Executor{"local": e, manual: e}, most, now.Unix, func() time.Duration { return 0 })
	t.Cleanup(func() { _ = p.close() })
	return p
}

func task(client string, n int) dispatch.Task {
	return dispatch.Task{Key: fmt.Sprint(client, n), Client: client, Target: dispatch.Target{Type: "local"}}
}

// TestR65NobodyWaitsForAnothersFlood: a client with a thousand tasks does not keep
// another's one waiting.
func TestR65NobodyWaitsForAnothersFlood(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var order []string
		gate := make(chan struct{})
		p := poolOf(t, 4, asked{func(t dispatch.Task) dispatch.Answer {
			<-gate
			mu.Lock()
			defer mu.Unlock()
			order = append(order, t.Client)
			return dispatch.Answer{State: dispatch.Finished}
		}})
		for n := range 1000 {
			p.Start(task("noisy", n))
		}
		p.Start(task("quiet", 0))
		p.Start(task("calm", 0))
		for range 12 {
			gate <- struct{}{}
			synctest.Wait() // until the next stands at the gate
		}
		mu.Lock()
		first := strings.Join(order, " ")
		mu.Unlock()
		close(gate)
		if !strings.Contains(first, "quiet") || !strings.Contains(first, "calm") {
			t.Errorf("the first twelve were %s", first)
		}
	})
}

// TestWaitingIsNoSkew: a task that waited for its turn is sent with the time of then: the
// host takes the difference to its own clock for its clock's fault.
func TestWaitingIsNoSkew(t *testing.T) {
	now := int64(1000)
	var told []int64
	p := newPool(map[string]executor.Executor{"local": asked{func(t dispatch.Task) dispatch.Answer {
		told = append(told, t.Now)
		now += 20 // it is at it for so long
		return dispatch.Answer{State: dispatch.Finished}
	}}}, 1, func() int64 { return now }, func() time.Duration { return 0 })
	t.Cleanup(func() { _ = p.close() })
	for n := range 2 {
		one := task("a", n)
		one.Now, one.NotAfter = 1000, 1030
		p.Start(one)
	}
	p.work.Wait()
	if got := fmt.Sprint(told); got != "[1000 1020]" {
		t.Errorf("sent at %s, wanted when its turn came", got)
	}
}

// TestTheQueueIsFair: of those that wait, whoever has the fewest at hosts comes next, and
// then whoever waited longest.
func TestTheQueueIsFair(t *testing.T) {
	q := newQueue()
	for n := range 5 {
		q.put(task("noisy", n))
	}
	q.put(task("quiet", 0))
	q.put(task("calm", 0))
	var order []string
	for range 7 {
		next, ok := q.take()
		if !ok {
			t.Fatal("it is empty")
		}
		order = append(order, next.Key)
	}
	if got := strings.Join(order, " "); got != "noisy0 quiet0 calm0 noisy1 noisy2 noisy3 noisy4" {
		t.Error(got)
	}
	if _, ok := q.take(); ok || q.busy != 7 {
		t.Errorf("%d busy", q.busy)
	}
	q.done(task("noisy", 0))
	if q.busy != 6 || q.held["noisy"] != 4 {
		t.Errorf("%d busy, %d of noisy", q.busy, q.held["noisy"])
	}
}

// TestPoolAnswersOnce: each task has exactly one answer, also one whose executor
// panics, is unknown, or that came too late.
func TestPoolAnswersOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := poolOf(t, 8, asked{func(t dispatch.Task) dispatch.Answer {
			if t.Asset == "bad" {
				panic("oops")
			}
			return dispatch.Answer{State: dispatch.Finished}
		}})
		late, bad, strange, local := task("a", 1), task("a", 2), task("a", 3), task("a", 4)
		late.NotAfter = 999
		bad.Asset = "bad"
		strange.Target.Type = "carrier pigeon"
		delete(p.executors, "local")
		p.Start(local)
		want := map[string]string{local.Key: dispatch.NoLocal, strange.Key: dispatch.Malformed}
		collect(t, p, 1, want)
		p.executors["local"] = asked{func(dispatch.Task) dispatch.Answer { panic("oops") }}
		p.Start(strange)
		p.Start(late)
		p.Start(bad)
		want[late.Key], want[bad.Key] = dispatch.TooLate, ""
		collect(t, p, 3, want)
		if p.inHand() != 0 {
			t.Errorf("%d in hand", p.inHand())
		}
	})
}

func collect(t *testing.T, p *pool, n int, want map[string]string) {
	t.Helper()
	synctest.Wait()
	all, _ := p.Answers()
	if len(all) != n {
		t.Fatalf("%d answers, wanted %d", len(all), n)
	}
	for _, a := range all {
		if a.Why != want[a.Key] || a.Asked != start {
			t.Errorf("%s: %q, wanted %q", a.Key, a.Why, want[a.Key])
		}
	}
}

// TestManualTasksTakeNobodysPlace: technicians take days.
func TestManualTasksTakeNobodysPlace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := make(chan struct{})
		p := poolOf(t, 1, asked{func(t dispatch.Task) dispatch.Answer {
			if t.Target.Type == manual {
				<-gate
			}
			return dispatch.Answer{State: dispatch.Finished}
		}})
		for n := range 20 {
			m := task("a", n)
			m.Target.Type = manual
			p.Start(m)
		}
		p.Start(task("a", 99))
		collect(t, p, 1, map[string]string{})
		if p.inHand() != 0 || !p.byHand("a3") {
			t.Error("manual tasks count as in flight")
		}
		close(gate)
	})
}
