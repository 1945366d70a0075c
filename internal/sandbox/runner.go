package sandbox

import (
	"context"
	"fmt"
	"os/exec"
	"runtime"
	"time"
)

// Runner starts children. The zero value starts the running program, whose
// first act must be Main, under the default limits.
type Runner struct {
	Command string // path of a program that calls Main first; "" is this one
	Limits  Limits
}

// Run gives every item to the job, in order, and returns an outcome for each.
// A child that dies or overruns names its culprit, which gets the error; the
// next child goes on behind it. What the run's allowance leaves is
// ErrNotEvaluated. An item's outcome never depends on an item after it.
func (r Runner) Run(ctx context.Context, job string, shared []byte, items [][]byte) []Outcome {
	// The children die with the thread that starts them: keep it.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	run := &run{Runner: r, ctx: ctx, job: job, shared: shared, items: items}
	run.Limits = r.Limits.orDefaults()
	run.left, run.room = run.Limits.Run, run.Limits.Total
	for len(run.outcomes) < len(items) {
		if err := run.exhausted(); err != nil {
			run.fillWith(err)
			break
		}
		run.child()
	}
	return run.outcomes
}

// run is the state of one Run: outcomes holds those of the items so far.
type run struct {
	Runner
	ctx      context.Context
	job      string
	shared   []byte
	items    [][]byte
	outcomes []Outcome
	left     time.Duration // of the run's allowance
	room     int           // bytes of output still taken
}

func (r *run) exhausted() error {
	switch {
	case r.ctx.Err() != nil:
		return r.ctx.Err()
	case r.left <= 0:
		return fmt.Errorf("%w: the time for all, %v, was used up before", ErrNotEvaluated, r.Limits.Run)
	case r.room <= 0:
		return fmt.Errorf("%w: the output of all passed %d bytes before", ErrNotEvaluated, r.Limits.Total)
	}
	return nil
}

func (r *run) add(o Outcome) { r.outcomes = append(r.outcomes, o) }

func (r *run) fillWith(err error) {
	for len(r.outcomes) < len(r.items) {
		r.add(Outcome{Err: err})
	}
}

// child starts one child, reads its answers until it ends or must be ended, and
// adds at least one outcome.
func (r *run) child() {
	command := r.Command
	if command == "" {
		path, err := self()
		if err != nil {
			r.fillWith(fmt.Errorf("%w: %w", ErrSetup, err))
			return
		}
		command = path
	}
	cmd := exec.Command(command, arguments(r.job, r.Limits)...)
	cmd.Env, cmd.Dir = []string{}, "/"
	cmd.WaitDelay = time.Second
	errors := &head{room: 8 << 10}
	cmd.Stderr = errors
	bind(cmd)
	c, err := startConversation(cmd, r.shared, r.items[len(r.outcomes):], r.Limits.Output)
	if err != nil {
		r.fillWith(fmt.Errorf("%w: %w", ErrSetup, err))
		return
	}
	end := r.follow(c)
	c.close()
	r.conclude(end, cmd.ProcessState, errors.String())
}
