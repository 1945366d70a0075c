package controller

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"sync"
	"time"

	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/executor"
	"github.com/patchops/patchops/internal/museum"
)

// What a pool does with tasks.
const (
	start    = "start"
	probe    = "probe"
	stopping = "stop"
)

// pool carries tasks to executors, each in a goroutine of its own and so many at
// once, fairly between clients (runner.Exec). What comes of them is kept until the
// runner asks, and wake says that there is something.
type pool struct {
	executors map[string]executor.Executor // by Target.Type
	now       func() int64                 // Unix seconds
	mono      func() time.Duration
	most      int
	ctx       context.Context
	cancel    context.CancelFunc
	wake      chan struct{}

	mu      sync.Mutex
	queues  map[string]*queue // by what is done
	answers []dispatch.Answer
	steps   map[string]string        // where tasks are, by key
	running map[string]dispatch.Task // started and not answered, by key
	told    time.Duration            // when steps last woke somebody
	work    sync.WaitGroup
}

func newPool(executors map[string]executor.Executor, most int, now func() int64, mono func() time.Duration) *pool {
	p := &pool{
		executors: executors, now: now, mono: mono, most: most, wake: make(chan struct{}, 1),
		steps: map[string]string{}, running: map[string]dispatch.Task{},
		queues: map[string]*queue{start: newQueue(), probe: newQueue(), stopping: newQueue()},
	}
	p.ctx, p.cancel = context.WithCancel(context.Background())
	return p
}

// Start implements runner.Exec.
func (p *pool) Start(t dispatch.Task) {
	p.mu.Lock()
	p.running[t.Key] = t
	p.mu.Unlock()
	p.put(start, t)
}

// Probe implements runner.Exec.
func (p *pool) Probe(t dispatch.Task) { p.put(probe, t) }

// Stop implements runner.Exec.
func (p *pool) Stop(t dispatch.Task) { p.put(stopping, t) }

// Answers implements runner.Exec.
func (p *pool) Answers() ([]dispatch.Answer, map[string]string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	answers := p.answers
	p.answers = nil
	return answers, maps.Clone(p.steps)
}

// manual is the type of hosts that people work on: a task there waits for a word, for
// days perhaps, and takes nobody's place.
const manual = "manual"

// inHand is how many started tasks are at hosts that answer by themselves.
func (p *pool) inHand() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := 0
	for _, t := range p.running {
		if t.Target.Type != manual {
			n++
		}
	}
	return n
}

// byHand reports whether a key is a technician's task that was started here.
func (p *pool) byHand(key string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.running[key].Target.Type == manual
}

// stopAll asks every running task to stop before its point of no return.
func (p *pool) stopAll() {
	p.mu.Lock()
	var all []dispatch.Task
	for _, t := range p.running {
		all = append(all, t)
	}
	p.mu.Unlock()
	for _, t := range all {
		p.Stop(t)
	}
}

// close lets go of everything: tasks go on on their hosts.
func (p *pool) close() error {
	p.cancel()
	done := make(chan struct{})
	go func() {
		p.work.Wait()
		close(done)
	}()
	timer := time.NewTimer(5 * time.Second)
	defer timer.Stop()
	select {
	case <-done:
	case <-timer.C: // an executor that does not hear: nothing of it is waited for
	}
	var err error
	for _, e := range p.executors {
		err = errors.Join(err, e.Close())
	}
	return err
}

func (p *pool) put(what string, t dispatch.Task) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if t.Target.Type == manual && p.ctx.Err() == nil {
		p.work.Go(func() { p.answer(what, t, p.ask(what, t)) })
		return
	}
	p.queues[what].put(t)
	p.fill(what)
}

// fill begins what waits while there is room.
func (p *pool) fill(what string) {
	q := p.queues[what]
	for q.busy < p.most && p.ctx.Err() == nil {
		t, ok := q.take()
		if !ok {
			return
		}
		p.work.Go(func() { p.one(what, t) })
	}
}

// one carries one task, and makes room for the next.
func (p *pool) one(what string, t dispatch.Task) {
	p.answer(what, t, p.ask(what, t))
	p.mu.Lock()
	defer p.mu.Unlock()
	p.queues[what].done(t)
	p.fill(what)
}

func (p *pool) answer(what string, t dispatch.Task, a dispatch.Answer) {
	a.Key, a.Asked = t.Key, what
	p.mu.Lock()
	defer p.mu.Unlock()
	if what == start {
		delete(p.running, t.Key)
		delete(p.steps, t.Key)
	}
	p.answers = append(p.answers, a)
	p.ring()
}

func (p *pool) ring() {
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// ask is an executor's answer. One that panics says nothing of the host.
func (p *pool) ask(what string, t dispatch.Task) (a dispatch.Answer) {
	defer func() {
		if v := recover(); v != nil {
			a = dispatch.Answer{State: dispatch.Unreachable, Text: executor.Escape(fmt.Sprintf("a bug: %.300v", v))}
		}
	}()
	e := p.executors[t.Target.Type]
	t.Now = p.now() // that it waited for its turn is not the host's clock's fault
	switch {
	case e == nil && t.Target.Type == "local":
		return dispatch.Answer{State: dispatch.Refused, Why: dispatch.NoLocal, Text: "a local host, and run was not given --allow-local"}
	case e == nil:
		return dispatch.Answer{State: dispatch.Refused, Why: dispatch.Malformed, Text: fmt.Sprintf("nothing here reaches hosts of type %q", t.Target.Type)}
	case what == probe:
		return e.Probe(p.ctx, t)
	case what == stopping:
		return e.Stop(p.ctx, t)
	case t.NotAfter != 0 && t.Now > t.NotAfter && !museum.Planted("late dispatch"):
		// This process stood still, or the task waited too long for its turn: the lease
		// may be somebody else's by now.
		return dispatch.Answer{State: dispatch.Refused, Why: dispatch.TooLate, Text: "it was not begun in time"}
	}
	return e.Start(p.ctx, t, func(step string) { p.at(t.Key, step) })
}

// at notes which step runs, and wakes whoever shows that, once a second.
func (p *pool) at(key, step string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, ours := p.running[key]; !ours {
		return
	}
	p.steps[key] = step
	if now := p.mono(); now-p.told >= time.Second {
		p.told = now
		p.ring()
	}
}
