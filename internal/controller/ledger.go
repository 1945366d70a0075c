package controller

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/patchops/patchops/internal/git"
	"github.com/patchops/patchops/internal/museum"
	"github.com/patchops/patchops/internal/progress"
	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/runner"
)

// renewAfter is how old a lease gets before it is renewed, and soon how near a start
// is for which it is kept (authority.md 5.5).
const (
	renewAfter = 40 * time.Second
	soon       = 4 * time.Minute
)

// ledger is the logs under the lease, for the runner (runner.Ledger): what is new
// since it looked, and appends in one atomic push. A look fetches only where
// something demands it: a lost race, a push without answer, a new tick. What we push
// ourselves is known without reading it back.
type ledger struct {
	c     *Controller
	view  *View            // of the last whole look, with what was pushed since
	stale bool             // the next look must be a whole one
	told  map[string]int64 // records that were taken from the view, by branch; nil: start over
	new   []progress.Logged
	reset bool            // new is everything
	open  map[string]bool // claims without a result, by key
	due   bool            // a start is near, or tasks are at hosts
	shut  []string        // clients whose logs cannot be written to
	guard guard
	watch map[string]*resultlog.Execution // what may follow in each client's log
	last  []byte                          // what was written to the journal last
	size  int                             // and how much since it was cut
	full  error                           // why nothing can be written down here

	mu    sync.Mutex
	at    string                      // the authorised tip
	tasks map[string]resultlog.Record // what technicians said first, by key
}

func newLedger(c *Controller) *ledger {
	return &ledger{c: c, stale: true, guard: guard{clock: c.Clock}, tasks: map[string]resultlog.Record{}}
}

// took takes over what a tick has just looked at.
func (l *ledger) took(v *View) {
	l.view, l.stale, l.shut = v, false, nil
	l.mu.Lock()
	l.at = v.State.Tip
	l.mu.Unlock()
	for _, client := range clientsOf(v) {
		if l.c.shut(v, client) != "" {
			l.shut = append(l.shut, client)
		}
	}
}

// clientsOf are the clients that the repository knows, and those of all logs.
func clientsOf(v *View) []string {
	known := map[string]bool{resultlog.Org: true}
	for _, l := range v.logs {
		known[l.log.Name.Client] = true
	}
	if v.Book != nil {
		for _, contact := range v.Book.Contact {
			known[contact.Client] = true
		}
	}
	return slices.Sorted(maps.Keys(known))
}

// Look implements runner.Ledger.
func (l *ledger) Look(ctx context.Context, again bool) (runner.Look, error) {
	if again {
		l.stale, l.told = true, nil
	}
	if err := l.lookWhole(ctx); err != nil {
		return runner.Look{}, forRunner(err)
	}
	l.gather()
	if err := l.lead(ctx); err != nil {
		return runner.Look{}, forRunner(err)
	}
	if err := l.lookWhole(ctx); err != nil { // again where the lease is new
		return runner.Look{}, forRunner(err)
	}
	l.gather()
	out := runner.Look{Reset: l.reset, New: l.new, Tip: l.view.State.Tip, Blocked: l.blocked(), Stop: l.stop(ctx)}
	l.new, l.reset = nil, false
	return out, nil
}

func (l *ledger) lookWhole(ctx context.Context) error {
	if !l.stale {
		return nil
	}
	v, err := l.c.lookAnyway(ctx)
	if err != nil {
		return err
	}
	l.took(v)
	return nil
}

// lead takes the lease where claims are open, so that whoever probes does it under a
// fence; keeps it fresh where it is ours; and stands by where it is another's.
func (l *ledger) lead(ctx context.Context) error {
	c := l.c
	if c.lease != nil {
		if c.Clock.Monotonic()-c.lease.began < renewAfter {
			return nil
		}
		if err := c.pushLease(ctx, nil, false, l.view.time()); err != nil {
			l.stale = true
			return err
		}
		return nil
	}
	tip := l.view.branches[leaseBranch]
	lease, err := c.leaseAt(tip)
	if err != nil {
		return err
	}
	if free, wait := c.watch.free(lease, c.Holder, c.Clock.Monotonic()); !free {
		return heldBy(lease, wait)
	}
	if !l.probed() {
		return nil
	}
	return l.take(ctx)
}

func (l *ledger) take(ctx context.Context) error {
	l.stale = true
	return l.c.take(ctx, l.view)
}

// gather takes the records that the runner does not have yet.
func (l *ledger) gather() {
	if l.told == nil {
		l.told, l.open, l.new, l.reset = map[string]int64{}, map[string]bool{}, nil, true
	}
	for _, branch := range inOrder(l.view.logs) {
		o := l.view.logs[branch]
		known := min(l.told[branch], int64(len(o.records)))
		for _, r := range o.records[known:] {
			l.new = append(l.new, progress.Logged{Client: o.log.Name.Client, Record: r})
			l.follow(r)
		}
		l.told[branch] = int64(len(o.records))
	}
}

// follow keeps count of open claims.
func (l *ledger) follow(r resultlog.Record) {
	switch r.Kind {
	case resultlog.Claim:
		l.open[r.Key] = true
	case resultlog.Result:
		delete(l.open, r.Key)
	case resultlog.TaskKind:
		l.mu.Lock()
		defer l.mu.Unlock()
		if _, said := l.tasks[r.Key]; !said {
			l.tasks[r.Key] = r
		}
	}
}

// inOrder are the branches of logs, each client's oldest first.
func inOrder(logs map[string]*openLog) []string {
	return slices.SortedFunc(maps.Keys(logs), func(a, b string) int {
		x, y := logs[a].log.Name, logs[b].log.Name
		return cmp.Or(cmp.Compare(x.Client, y.Client), cmp.Compare(x.Year, y.Year), cmp.Compare(x.Part, y.Part))
	})
}

// blocked are the clients for whom nothing new starts: what main holds is nobody's
// word, or their log cannot be written to.
func (l *ledger) blocked() []string {
	v, out := l.view, slices.Clone(l.shut)
	switch b := v.State.Blocked; {
	case b != nil && b.Commit == v.Main:
		out = append(out, b.Clients...)
	case len(v.path) > 0: // not judged yet
		out = append(out, resultlog.Org)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// stop is why nothing may start now.
func (l *ledger) stop(ctx context.Context) string {
	switch {
	case l.full != nil:
		return fmt.Sprintf("nothing can be written down here: %v", l.full)
	case l.c.old != "":
		return l.c.old
	}
	return l.guard.stop(ctx, l.c.lease != nil, l.view.State.Newest)
}

// Fence implements runner.Ledger.
func (l *ledger) Fence() int64 {
	if l.c.lease == nil {
		return 0
	}
	return l.c.lease.fence
}

// Fresh implements runner.Ledger.
func (l *ledger) Fresh() bool {
	return l.c.lease != nil && (l.c.lease.fresh(l.c.Clock.Monotonic()) || museum.Planted("stale lease"))
}

// Blob implements runner.Ledger.
func (l *ledger) Blob(client, digest string) ([]byte, error) { return l.view.Blob(client, digest) }

// wanted reports whether the lease is kept: claims are open, or a start is near.
func (l *ledger) wanted() bool { return l.due || l.probed() }

// probed reports whether there are open claims that hosts can be asked about.
func (l *ledger) probed() bool {
	for key := range l.open {
		if l.c.rolling == nil || !l.c.rolling.pool.byHand(key) {
			return true
		}
	}
	return false
}

// forRunner says an error in the runner's words.
func forRunner(err error) error {
	for ours, theirs := range map[error]error{
		ErrLost: runner.ErrLost, ErrHeld: runner.ErrLost, git.ErrRace: runner.ErrRace, git.ErrRemote: runner.ErrRemote, ErrRemote: runner.ErrRemote,
	} {
		if errors.Is(err, ours) && !errors.Is(err, theirs) {
			return fmt.Errorf("%w: %w", theirs, err)
		}
	}
	return err
}

// tip is the authorised one, for those who ask beside the loop.
func (l *ledger) tip() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.at
}

// task is the first word on a technician's task that the logs hold.
func (l *ledger) task(key string) (resultlog.Record, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	r, ok := l.tasks[key]
	return r, ok
}
