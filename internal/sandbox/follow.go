package sandbox

import (
	"fmt"
	"os"
	"strings"
	"time"
)

// phase is what a child does: load the program, set up, wait between items, or
// work on one.
type phase int

const (
	loading phase = iota
	preparing
	between
	working
)

// ending is how a conversation ended: in which phase, and the error that the
// parent already knows, nil if the child ended by itself.
type ending struct {
	phase phase
	err   error
	moved bool // at least one item was answered
}

// follow reads a child's frames and adds the outcomes until all items have one,
// the child ends, or a clock runs out. The run's allowance runs only while a
// child works.
func (r *run) follow(c *conversation) ending {
	var work stopwatch
	defer func() { r.left -= work.read() }()
	timer, due, late := time.NewTimer(start), time.Duration(0), fmt.Errorf("%w: the child did not start within %v", ErrCrash, start)
	defer timer.Stop()
	e := ending{phase: loading}
	for len(r.outcomes) < len(r.items) {
		select {
		case <-r.ctx.Done():
			return ending{e.phase, r.ctx.Err(), e.moved}
		case <-timer.C:
			if rest := due - work.read(); rest > 0 { // it had to wait for a processor
				timer.Reset(max(rest, 10*time.Millisecond))
				continue
			}
			return ending{e.phase, late, e.moved}
		case f, ok := <-c.frames:
			next, legal := step(e.phase, f.kind)
			if !ok || !legal {
				return e
			}
			if f.kind == failed {
				return ending{e.phase, fmt.Errorf("%w: %s", ErrSetup, f.payload), e.moved}
			}
			if f.kind == begun {
				work = watchWork(c.cmd.Process.Pid)
			}
			if e.phase == working {
				r.answered(f)
				e.moved = true
			}
			e.phase = next
			due, late = r.rewind(timer, next, work.read())
			if r.room <= 0 {
				return e
			}
		}
	}
	return e
}

// step is the protocol: what may follow what.
func step(p phase, kind byte) (next phase, legal bool) {
	switch {
	case p == loading && kind == begun:
		return preparing, true
	case p == preparing && kind == ready:
		return between, true
	case p == preparing && kind == failed:
		return preparing, true
	case p == between && kind == started:
		return working, true
	case p == working && (kind == done || kind == tooMuch):
		return between, true
	}
	return p, false
}

func (r *run) answered(f frame) {
	if f.kind == tooMuch {
		r.add(Outcome{Err: fmt.Errorf("%w: more than %d bytes", ErrOutput, r.Limits.Output)})
		return
	}
	r.room -= len(f.payload)
	r.add(Outcome{Output: f.payload})
}

// rewind sets the timer for the next phase and returns what the stopwatch shows
// when its time is up, and the error for then: the item's own limit, or the run's
// if less of that is left.
func (r *run) rewind(timer *time.Timer, next phase, spent time.Duration) (time.Duration, error) {
	left := r.left - spent
	if (next == working || next == preparing) && r.Limits.Item <= left {
		timer.Reset(r.Limits.Item)
		return spent + r.Limits.Item, fmt.Errorf("%w: more than %v", ErrTime, r.Limits.Item)
	}
	timer.Reset(max(left, 0))
	return spent + left, fmt.Errorf("%w: the time for all, %v, was used up", ErrNotEvaluated, r.Limits.Run)
}

// conclude gives the culprit its error, or all that remain when it is the setup
// that fails: the next child would fail the same way.
func (r *run) conclude(e ending, state *os.ProcessState, stderr string) {
	if len(r.outcomes) == len(r.items) || r.room <= 0 {
		return
	}
	err := e.err
	if err == nil {
		err = r.death(state, stderr)
	}
	switch {
	case r.ctx.Err() != nil:
		r.fillWith(r.ctx.Err())
	case e.phase == loading || e.phase == preparing:
		if !strings.HasPrefix(err.Error(), ErrSetup.Error()) {
			err = fmt.Errorf("%w: %w", ErrSetup, err)
		}
		r.fillWith(err)
	case e.phase == between && e.moved:
		// it ended of itself, on no item's account: the next child goes on
	default:
		r.add(Outcome{Err: err})
	}
}

// death says why a child ended by itself, by what it wrote last and its state.
func (r *run) death(state *os.ProcessState, stderr string) error {
	last := lastWords(stderr)
	switch {
	case strings.Contains(stderr, "stack exceeds"), strings.Contains(stderr, "stack overflow"):
		return fmt.Errorf("%w: a stack of more than %d MiB", ErrMemory, r.Limits.Stack>>20)
	case outOfMemory(stderr):
		return fmt.Errorf("%w: more than %d MiB", ErrMemory, r.Limits.Memory>>20)
	case state.UserTime()+state.SystemTime() >= 2*r.Limits.Run:
		return fmt.Errorf("%w: more than %v of CPU time", ErrTime, 2*r.Limits.Run)
	case last != "":
		return fmt.Errorf("%w: %s", ErrCrash, last)
	}
	return fmt.Errorf("%w: %v", ErrCrash, state)
}

// outOfMemory knows the runtime's last words when the kernel refuses memory, to
// the heap or to a new thread. The runtime does not survive every refusal in
// order: now and then it touches what it did not get. A mistake of a job's own
// would be a panic, since jobs are Go without cgo.
func outOfMemory(stderr string) bool {
	for _, words := range []string{
		"out of memory", "cannot allocate memory", "failed to reserve", "failed to create new OS thread",
		"SIGSEGV: segmentation violation", "unexpected signal during runtime execution",
	} {
		if strings.Contains(stderr, words) {
			return true
		}
	}
	return false
}

// lastWords is the line of a Go crash that says why, else the first line.
func lastWords(stderr string) string {
	first, _, _ := strings.Cut(strings.TrimSpace(stderr), "\n")
	for line := range strings.Lines(stderr) {
		if strings.HasPrefix(line, "panic: ") || strings.HasPrefix(line, "fatal error: ") || strings.HasPrefix(line, "sandbox: ") {
			first = line
			break
		}
	}
	return clip(strings.TrimSpace(first), 300)
}
