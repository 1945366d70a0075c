package controller

import (
	"context"
	"errors"
	"testing"
	"time"
)

// TestOutputsArePruned: what hosts print is bounded at the start and now and then, and a
// folder that cannot be is told of and stops nothing.
func TestOutputsArePruned(t *testing.T) {
	times := 0
	r := &rolling{Rollouts: Rollouts{prune: func() error { times++; return errors.New("read-only") }}}
	for _, c := range []struct {
		at   time.Duration
		want int
	}{{0, 1}, {time.Minute, 1}, {59 * time.Minute, 1}, {61 * time.Minute, 2}, {62 * time.Minute, 2}} {
		report := &Report{}
		before := times
		r.tidy(c.at, report)
		if times != c.want || len(report.Problems) != times-before {
			t.Errorf("after %s pruned %d times, wanted %d; told %q", c.at, times, c.want, report.Problems)
		}
	}
	(&rolling{}).tidy(0, &Report{})
}

// TestAnErrandThatNobodyAsksAfter does not keep "once" from its end.
func TestAnErrandThatNobodyAsksAfter(t *testing.T) {
	clock := &ticker{now: scriptTime, mono: time.Hour}
	r := &rolling{pool: newPool(nil, 1, func() int64 { return 0 }, clock.clock().Monotonic)}
	defer func() { _ = r.pool.close() }()
	tell := newTeller(&Controller{Options: Options{Clock: clock.clock()}}, r)
	let := make(chan struct{})
	tell.errand("gate", func(context.Context) errand { <-let; return errand{say: pass} })
	clock.pass(2 * unasked)
	if !tell.busy() {
		t.Error("what is under way does not count")
	}
	close(let)
	<-r.pool.wake
	if !tell.busy() {
		t.Error("what has just been done does not count, and nobody takes it in")
	}
	clock.pass(unasked)
	if tell.busy() {
		t.Error("it is under way for ever")
	}
}
