package controller

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/patchops/patchops/internal/executor"
	"github.com/patchops/patchops/internal/notify"
	"github.com/patchops/patchops/internal/progress"
	"github.com/patchops/patchops/internal/runner"
)

// Rollouts are what a controller needs to carry out what it merged.
type Rollouts struct {
	// AllowLocal is the folder below which local hosts have theirs, "" none is allowed;
	// the files say which secret is for which host, and which host has which key.
	AllowLocal, Secrets, KnownHosts string
	AcceptNewHostKeys               bool
	Output                          string // folder for what hosts print; "" below the state folder
	Notify                          notify.Routes
	Most                            int           // segments at hosts at once; 0: as usual
	Patience                        time.Duration // what a graceful stop waits for hosts; 0: as usual
	AllowProbes                     bool          // gates' commands run here, as with AllowLocal
	// Watch is called, on the goroutine of the loop, after every step of the runner and
	// every tick; it may be nil.
	Watch func(Watched)
	// Executors reach hosts, by Target.Type; nil: those that the fields above make.
	Executors map[string]executor.Executor
	// Wrap stands around each of them, for those whose clock is another; it may be nil.
	Wrap func(executor.Executor) executor.Executor
	// Tell and Documents are the real ones where nil.
	Tell      runner.Tell
	Documents runner.Documents

	prune func() error // bounds what is kept of what hosts print; nil: nothing is
}

// Watched is what there is to see after a step or a tick. State and Docs are read
// inside the call only.
type Watched struct {
	At       int64
	Events   []runner.Event
	State    *progress.State
	Docs     *progress.Documents
	Waits    []progress.Wait
	InFlight int
	Tick     *Report // of a tick that ended, else nil
}

// Usual values of Rollouts.
const (
	usualMost     = 64
	usualPatience = 80 * time.Second
)

// rolling is the running half of a controller.
type rolling struct {
	Rollouts
	ledger *ledger
	pool   *pool
	runner *runner.Runner
	last   runner.Report
	took   time.Duration // the last step
	pruned time.Duration // when, by the monotonic clock; 0 never
	beat   time.Duration // how long it waits before it looks again for what should have come
	// sleep waits in tests, whose time is another; true if something came in.
	sleep func(time.Duration) bool
}

func (c *Controller) newRolling(o Rollouts) *rolling {
	r := &rolling{Rollouts: o, ledger: newLedger(c), beat: time.Second}
	if r.Most <= 0 {
		r.Most = usualMost
	}
	if r.Patience <= 0 {
		r.Patience = usualPatience
	}
	seconds := func() int64 { return c.Clock.Now().Unix() }
	r.pool = newPool(o.Executors, r.Most, seconds, c.Clock.Monotonic)
	if r.Documents == nil {
		r.Documents = &documents{c: c}
	}
	if r.Tell == nil {
		r.Tell = newTeller(c, r)
	}
	r.runner = runner.New(runner.Options{
		Ledger: r.ledger, Exec: r.pool, Tell: r.Tell, Documents: r.Documents, Clock: secondClock{c.Clock},
		Repository: c.Root.Repository, Most: r.Most,
	})
	return r
}

// secondClock is a Clock as the runner reads it.
type secondClock struct{ Clock }

func (s secondClock) Now() int64       { return s.Clock.Now().Unix() }
func (s secondClock) Monotonic() int64 { return s.Clock.Monotonic().Milliseconds() }

// roll is one step of the runner.
func (c *Controller) roll(ctx context.Context) error {
	r := c.rolling
	if r == nil {
		return nil
	}
	began := c.Clock.Monotonic()
	out, err := r.runner.Step(context.WithoutCancel(ctx))
	r.took = c.Clock.Monotonic() - began
	now := c.Clock.Now().Unix()
	r.last = out
	r.ledger.due = r.pool.inHand() > 0 || out.Wake > 0 && out.Wake-now <= int64(soon/time.Second)
	if c.report != nil {
		c.report.rolled(out, r.ledger)
	}
	r.watch(now, nil)
	return ours(err)
}

func (r *rolling) watch(now int64, tick *Report) {
	if r.Watch == nil {
		return
	}
	w := Watched{At: now, State: r.runner.State, Docs: r.runner.Docs, Waits: r.last.Waits, InFlight: r.last.InFlight, Tick: tick}
	if tick == nil {
		w.Events = r.last.Events
	}
	r.Watch(w)
}

// ours says an error of the runner in the controller's words.
func ours(err error) error {
	for theirs, our := range map[error]error{runner.ErrLost: ErrLost, runner.ErrRemote: ErrRemote, runner.ErrRace: ErrLater, runner.ErrFull: ErrFull} {
		if errors.Is(err, theirs) && !Later(err) {
			return fmt.Errorf("%w: %w", our, err)
		}
	}
	return err
}

// inFlight is how many tasks are at hosts.
func (c *Controller) inFlight() int {
	if c.rolling == nil {
		return 0
	}
	return c.rolling.pool.inHand()
}

// keeps reports whether the lease is kept between two ticks.
func (c *Controller) keeps() bool { return c.rolling != nil && c.rolling.ledger.wanted() }

// pruneAfter is how often what hosts print is bounded.
const pruneAfter = time.Hour

// tidy bounds what is kept of what hosts print, at the start and now and then. That it
// cannot is told, and stops nothing.
func (r *rolling) tidy(now time.Duration, report *Report) {
	if r.prune == nil || r.pruned != 0 && now-r.pruned < pruneAfter {
		return
	}
	r.pruned = max(now, 1)
	if err := r.prune(); err != nil {
		report.Problems = append(report.Problems, fmt.Sprintf("old outputs of hosts stay: %v", err))
	}
}

// telling reports whether a notice or a probe is under way.
func (r *rolling) telling() bool {
	t, ok := r.Tell.(*teller)
	return ok && t.busy()
}

// close lets go of hosts. Tasks go on there.
func (r *rolling) close() error { return r.pool.close() }
