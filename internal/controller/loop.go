package controller

import (
	"context"
	"errors"
	"time"

	"github.com/patchops/patchops/internal/git"
)

// Run ticks until it is told to stop. What another tick may get past (the remote
// is down, another controller leads) is told and waited for; all else ends it.
// After says that a tick ended; wait is between two ticks, and shortened while a
// lease is watched, so that a dead controller is followed soon.
func (c *Controller) Run(ctx context.Context, wait time.Duration, after func(*Report, error)) error {
	for {
		r, err := c.Tick(ctx)
		after(r, err)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil && !Later(err) {
			return err
		}
		pause := wait
		if errors.Is(err, ErrHeld) {
			pause = min(wait, leaseSlack/2)
		}
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil
		case <-timer.C:
		}
	}
}

// Later reports whether the same tick may succeed later.
func Later(err error) bool {
	for _, later := range []error{git.ErrRace, git.ErrRemote, ErrHeld, ErrLost, ErrMoved, ErrLater, ErrRemote} {
		if errors.Is(err, later) {
			return true
		}
	}
	return false
}
