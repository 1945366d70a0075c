package controller

import (
	"context"
	"errors"
	"time"

	"github.com/patchops/patchops/internal/git"
)

// Times of the loop: how often all is looked at while hosts are at work, and how old
// that look may be when a start is due.
const (
	whileBusy = 15 * time.Second
	freshLook = 10 * time.Second
)

// Run ticks until it is told to stop. What another tick may get past (the remote
// is down, another controller leads) is told and waited for; all else ends it.
// After says that a tick ended; wait is between two ticks, and shortened while a
// lease is watched, so that a dead controller is followed soon. Between two ticks
// what hosts answer is taken in at once. Told to stop, nothing new starts, and what
// runs is taken in to its end or its safe point.
func (c *Controller) Run(ctx context.Context, wait time.Duration, after func(*Report, error)) error {
	for {
		r, err := c.Tick(ctx)
		after(r, err)
		if ctx.Err() != nil {
			return c.drain(ctx)
		}
		if err != nil && !Later(err) {
			return errors.Join(err, c.letGo(ctx))
		}
		pause := wait
		if errors.Is(err, ErrHeld) || errors.Is(err, ErrLost) {
			pause = min(wait, leaseSlack/2)
		}
		if err := c.between(ctx, pause); err != nil {
			return errors.Join(err, c.letGo(ctx))
		}
	}
}

// Once ticks until nothing more can be done now, and nothing is at hosts that answer
// by themselves.
func (c *Controller) Once(ctx context.Context) (*Report, error) {
	all := &Report{}
	for rounds := 0; rounds < mostRounds; rounds++ {
		r, err := c.Tick(ctx)
		all.join(r)
		did := len(r.Done) > 0 || len(r.Events) > 0
		if err == nil && c.underWay() || Later(err) && c.rolling != nil && c.inFlight() > 0 {
			if did, err = true, c.until(ctx, all); c.underWay() {
				rounds-- // hosts take their time
			}
		}
		if ctx.Err() != nil && c.rolling != nil {
			return all, errors.Join(err, c.drain(ctx))
		}
		if err != nil || !did || c.rolling == nil || c.DryRun {
			return all, errors.Join(err, c.letGo(ctx))
		}
	}
	return all, errors.Join(ErrLater, c.letGo(ctx))
}

// mostRounds is how many ticks with something done in each one "once" may take.
const mostRounds = 1000

// underWay reports whether there is something that ends by itself: a host at work, or
// that is asked, a notice on its way, an outcome that is not written down.
func (c *Controller) underWay() bool {
	return c.rolling != nil && !c.DryRun && (c.inFlight() > 0 || c.rolling.telling() || !c.rolling.last.Idle)
}

// until takes in what comes until nothing is under way, or all is to be looked at again:
// somebody may have said hold meanwhile. Where the remote cannot be reached it waits for
// hosts, and then only a few times more.
func (c *Controller) until(ctx context.Context, all *Report) error {
	ticked := c.Clock.Monotonic()
	for trouble := 0; ctx.Err() == nil && c.underWay() && (trouble > 0 || c.Clock.Monotonic()-ticked < whileBusy); {
		c.pause(ctx, c.untilWake(10*c.rolling.beat))
		c.report = &Report{At: c.Clock.Now().UTC()}
		err := c.roll(ctx)
		all.join(c.report)
		switch {
		case err == nil:
			trouble = 0
			continue
		case !Later(err):
			return err
		case c.inFlight() == 0:
			if trouble++; trouble > mostTrouble {
				return err
			}
		}
		c.pause(ctx, c.rolling.beat)
	}
	return nil
}

// mostTrouble is how often "once" tries to write down what is known, in vain.
const mostTrouble = 5

// between takes in what hosts answer until the next tick.
func (c *Controller) between(ctx context.Context, wait time.Duration) error {
	if c.rolling == nil {
		c.pause(ctx, wait)
		return nil
	}
	ends := c.Clock.Monotonic() + wait
	ticked := c.Clock.Monotonic()
	for {
		now := c.Clock.Monotonic()
		left := ends - now
		if c.inFlight() > 0 {
			left = min(left, ticked+whileBusy-now)
		}
		if left <= 0 || ctx.Err() != nil {
			return nil
		}
		woken := c.pause(ctx, min(left, c.untilWake(left)))
		if !woken && c.Clock.Monotonic()-ticked >= freshLook {
			return nil // a start may be due: all is looked at first
		}
		if ctx.Err() != nil {
			return nil
		}
		if err := c.roll(ctx); err != nil && !Later(err) {
			return err
		}
	}
}

// untilWake is how long the runner needs no step, at most so long.
func (c *Controller) untilWake(most time.Duration) time.Duration {
	r := c.rolling
	if r == nil || r.last.Wake == 0 {
		return most
	}
	left := time.Unix(r.last.Wake, 0).Sub(c.Clock.Now())
	return min(most, max(left, 10*time.Millisecond))
}

// pause waits; true if something came in before.
func (c *Controller) pause(ctx context.Context, wait time.Duration) bool {
	if c.rolling != nil && c.rolling.sleep != nil {
		return c.rolling.sleep(wait)
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	var wake chan struct{}
	if c.rolling != nil {
		wake = c.rolling.pool.wake
	}
	select {
	case <-ctx.Done():
		return false
	case <-wake:
		c.gather(ctx)
		return true
	case <-timer.C:
		return false
	}
}

// mostGathered is how long the answer of a host waits for others at most.
const mostGathered = 500 * time.Millisecond

// gather waits for answers that come soon, so that they share a push: twice as long as the
// last step took, for a machine that does nothing but push keeps its hosts waiting.
func (c *Controller) gather(ctx context.Context) {
	if c.inFlight() == 0 {
		return
	}
	timer := time.NewTimer(min(2*c.rolling.took, mostGathered))
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

// drain begins nothing any more, and takes in what is at hosts: to its end, or after
// half the patience to the point before which it can still stop.
func (c *Controller) drain(ctx context.Context) error {
	r := c.rolling
	if r == nil {
		return nil
	}
	ctx = context.WithoutCancel(ctx)
	r.runner.Drain("patchops was told to stop")
	ends := c.Clock.Monotonic() + r.Patience
	stopped := false
	for {
		quiet := c.inFlight() == 0 // asked before, so that no answer is left behind
		err := c.roll(ctx)
		if err != nil && !Later(err) {
			return errors.Join(err, c.letGo(ctx))
		}
		left := ends - c.Clock.Monotonic()
		if quiet && err == nil || left <= 0 {
			return c.letGo(ctx)
		}
		if left <= r.Patience/2 && !stopped {
			r.pool.stopAll()
			stopped = true
		}
		c.pause(ctx, min(left, r.Patience/8, r.beat))
	}
}

// letGo gives the lease back, if it is ours: whoever comes next reports what is still
// at hosts.
func (c *Controller) letGo(ctx context.Context) error {
	if c.lease == nil {
		return nil
	}
	return c.release(ctx, true)
}

// Later reports whether the same tick may succeed later: also with a clock that is
// wrong, since hosts are at work meanwhile, and clocks are set.
func Later(err error) bool {
	for _, later := range []error{git.ErrRace, git.ErrRemote, ErrHeld, ErrLost, ErrMoved, ErrLater, ErrRemote, ErrFull, ErrClock} {
		if errors.Is(err, later) {
			return true
		}
	}
	return false
}
