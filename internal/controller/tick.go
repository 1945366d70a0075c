package controller

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/patchops/patchops/internal/git"
	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/trust"
)

// Options are what a controller works with.
type Options struct {
	Root    trust.Root
	Signed  trust.Signed // the same as it was signed
	Store   Store
	Judge   Judge
	Forge   Forge // nil: plain Git
	Journal Journal
	Left    [][]byte // what the journal held at the start
	Torn    bool     // its end was torn
	Signer  note.Signer
	Added   []resultlog.Record // key.add of log keys that an older one endorses
	Clock   Clock
	State   string // folder of this machine's state; "" remembers nothing
	Holder  string // who this is; one for each state folder
	Process string // random
	Engine  string // version of the program, and of what it judges with
	Tzdata  string
	Policy  string
	Only    string // the only change that may be merged; "" any
	DryRun  bool
	// Rollouts are carried out where it is given.
	Rollouts *Rollouts
	Remote   string // address of the remote, whose clock is asked; "" none
}

// Controller makes ticks. It is for one goroutine.
type Controller struct {
	Options
	looker   *looker
	lease    *held
	watch    watch
	cold     bool   // nothing was remembered when it started
	lost     string // what the write-ahead log held that the remote does not have
	first    bool   // nothing was looked at yet
	dirty    bool   // the journal holds entries
	mine     map[string]bool
	troubled map[string]error  // changes that the forge did not answer for in this tick
	old      string            // how far this machine's clock is behind the newest record
	given    map[string]string // changes that were given up in this tick, and why
	judged   map[string]*judgement
	spent    map[string]time.Duration // of judging, by author, in this tick
	traced   map[string]time.Duration // of finding out whose work changes are, likewise
	report   *Report
	shown    map[string]string // digest of what the forge shows, by change
	rolling  *rolling          // nil: it merges only
}

// New makes a controller.
func New(o Options) (*Controller, error) {
	l, err := newLooker(o.Root, o.Store, o.Judge, o.Forge)
	if err != nil {
		return nil, err
	}
	l.text = string(trimLine(o.Signed.Encode()))
	c := &Controller{Options: o, looker: l, first: true, mine: map[string]bool{}, judged: map[string]*judgement{}, shown: map[string]string{}, dirty: len(o.Left) > 0 || o.Torn}
	c.Forge = l.forge
	if o.State != "" {
		if l.seen, err = readSeen(o.State); err != nil {
			return nil, err
		}
	}
	c.cold = l.seen == nil
	if o.Rollouts != nil {
		c.rolling = c.newRolling(*o.Rollouts)
		c.rolling.ledger.guard.remote = clockOf(o.Remote)
	}
	return c, nil
}

func trimLine(b []byte) []byte {
	if n := len(b); n > 0 && b[n-1] == '\n' {
		return b[:n-1]
	}
	return b
}

// Limits of one tick.
const (
	mostSteps = 2000
	mostRaces = 25
)

// Tick looks, and does what is to be done until nothing is, or something stands
// in the way. The report says what was seen and done, also with an error.
func (c *Controller) Tick(ctx context.Context) (*Report, error) {
	c.report = &Report{At: c.Clock.Now().UTC()}
	c.troubled = map[string]error{}
	c.given, c.spent, c.traced = map[string]string{}, map[string]time.Duration{}, map[string]time.Duration{}
	if c.rolling != nil {
		c.rolling.ledger.stale = true // until the steps below have looked
	}
	err := c.steps(ctx)
	if c.rolling != nil && !c.DryRun && !errors.Is(err, resultlog.ErrIntegrity) {
		said := *c.report
		err = errors.Join(err, c.roll(ctx))
		// Rolling looks again, and judges nothing: what the steps judged still stands.
		c.report.Blocked, c.report.Waiting = said.Blocked, said.Waiting
		for _, p := range said.Problems {
			c.report.problem("%s", p)
		}
	}
	if c.lease != nil && !c.keeps() {
		err = errors.Join(err, c.release(ctx, err != nil))
	}
	if c.rolling != nil {
		if !c.DryRun {
			c.rolling.tidy(c.Clock.Monotonic(), c.report)
		}
		c.rolling.watch(c.report.At.Unix(), c.report)
	}
	return c.report, err
}

func (c *Controller) steps(ctx context.Context) error {
	races := 0
	for range mostSteps {
		if err := ctx.Err(); err != nil {
			return nil // asked to stop: between two effects is a good place
		}
		v, err := c.look(ctx)
		if err != nil {
			return err
		}
		d, err := c.next(ctx, v)
		if err != nil {
			return err
		}
		if d == nil {
			if c.rolling != nil {
				c.rolling.ledger.took(v)
			}
			return errors.Join(c.show(ctx, v), c.trouble())
		}
		if c.DryRun {
			c.report.Would = append(c.report.Would, d.what)
			return nil
		}
		switch err = c.deed(ctx, v, d); {
		case err == nil:
		case errors.Is(err, git.ErrRace):
			if races++; races > mostRaces {
				return err
			}
		default:
			return err
		}
	}
	return fmt.Errorf("%w: not done after %d steps: the next tick goes on", ErrLater, mostSteps)
}

// deed does the one thing that is to be done, or first takes the lease: under it
// all is looked at again.
func (c *Controller) deed(ctx context.Context, v *View, d *deed) error {
	if c.lease == nil {
		return c.take(ctx, v)
	}
	if err := d.do(ctx); err != nil {
		return fmt.Errorf("%s: %w", d.what, err)
	}
	c.report.Done = append(c.report.Done, d.what)
	return nil
}

// look fetches, verifies and folds, and remembers what it saw; with a clock behind
// the log nothing is judged.
func (c *Controller) look(ctx context.Context) (*View, error) {
	v, err := c.lookAnyway(ctx)
	if err != nil {
		return nil, err
	}
	if c.old != "" {
		return nil, fmt.Errorf("%w: %s", ErrClock, c.old)
	}
	c.report.view(v)
	return v, nil
}

// lookAnyway is look, whatever this machine's clock says.
func (c *Controller) lookAnyway(ctx context.Context) (*View, error) {
	if err := c.Store.Fetch(ctx, c.Forge.Refspecs()...); err != nil {
		return nil, fmt.Errorf("fetch: %w", err)
	}
	now := c.Clock.Now().UTC()
	v, err := c.looker.look(ctx, now)
	if err != nil {
		return nil, err
	}
	c.old = ""
	if now.Before(v.State.Newest.Add(-resultlog.Slack)) {
		c.old = fmt.Sprintf("it is %s here, and the newest record is of %s", resultlog.Instant(now), resultlog.Instant(v.State.Newest))
	}
	c.watch.look(v.branches[leaseBranch], c.Clock.Monotonic())
	if err := c.ours(v); err != nil {
		return nil, err
	}
	if err := c.remember(v); err != nil {
		return nil, err
	}
	return v, nil
}

// ours checks that the lease is still ours, if it was. A push whose answer was
// lost may have moved it for us.
func (c *Controller) ours(v *View) error {
	tip := v.branches[leaseBranch]
	if c.lease == nil || c.lease.tip == tip {
		return nil
	}
	l, err := c.leaseAt(tip)
	if err != nil {
		return err
	}
	if l.Holder == c.Holder && l.Process == c.Process && l.Fence == c.lease.fence && !l.Released {
		c.lease.tip = tip
		return nil
	}
	c.lease = nil
	return fmt.Errorf("%w: %q, fence %d", ErrLost, l.Holder, l.Fence)
}

func (c *Controller) leaseAt(tip string) (Lease, error) {
	if tip == "" {
		return Lease{Released: true}, nil
	}
	files, err := c.Store.Files(tip)
	if err != nil {
		return Lease{}, fmt.Errorf("branch %s: %w", leaseBranch, err)
	}
	return readLease(files), nil
}

// remember keeps what was verified, and cuts the journal: what it held is in the
// logs that were fetched, or never came to be and is derived anew.
func (c *Controller) remember(v *View) error {
	if c.first {
		c.lost = lostOf(v, c.Left, c.Torn)
		if why := c.whyStopped(); why != "" {
			c.lost = strings.TrimPrefix(c.lost+"; ", "; ") + "the last run stopped at " + why
		}
		c.first = false
	}
	if c.State != "" && !c.DryRun {
		seen := seenOf(v)
		if c.looker.seen == nil || !seen.equal(c.looker.seen) {
			if err := seen.write(c.State); err != nil {
				return fmt.Errorf("remember what was seen: %w", err)
			}
		}
		c.looker.seen = seen
	}
	if c.dirty && c.Journal != nil && !c.DryRun {
		if err := c.Journal.Cut(); err != nil {
			return err
		}
		c.dirty = false
	}
	return nil
}

// take takes the lease if it is free; git.ErrRace if somebody was faster.
func (c *Controller) take(ctx context.Context, v *View) error {
	tip := v.branches[leaseBranch]
	if why := v.unread[leaseBranch]; why != "" {
		return fmt.Errorf("%w: nobody can lead: %s", resultlog.ErrIntegrity, why)
	}
	l, err := c.leaseAt(tip)
	if err != nil {
		return err
	}
	if free, wait := c.watch.free(l, c.Holder, c.Clock.Monotonic()); !free {
		return heldBy(l, wait)
	}
	c.lease = &held{fence: max(l.Fence, v.State.Fence) + 1, tip: tip}
	if err := c.pushLease(ctx, nil, false, v.time()); err != nil {
		c.lease = nil
		return fmt.Errorf("take the lease: %w", err)
	}
	return nil
}

// release gives the lease back. After an error we may not know whether the last
// push moved it, and look first; if that fails it ends by itself.
func (c *Controller) release(ctx context.Context, unsure bool) error {
	ctx = context.WithoutCancel(ctx)
	defer func() { c.lease = nil }()
	if unsure {
		if err := c.Store.Fetch(ctx); err != nil {
			return nil
		}
		branches, err := c.Store.Branches(ctx, ownPrefix)
		if err != nil || c.ours(&View{branches: branches}) != nil {
			return nil
		}
	}
	err := c.pushLease(ctx, nil, true, c.Clock.Now().UTC().Truncate(time.Second))
	if err != nil && (unsure || errors.Is(err, git.ErrRace)) {
		return nil
	}
	return err
}

// renew asks the remote whether the lease is still ours, before an effect that no
// push carries.
func (c *Controller) renew(ctx context.Context, v *View) error {
	if c.lease.fresh(c.Clock.Monotonic()) {
		return nil
	}
	return c.pushLease(ctx, nil, false, v.time())
}
