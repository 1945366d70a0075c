package notify

import (
	"context"
	"errors"
	"time"
)

// Bounds of one message: tries, how long each may take, and how long a receiver may
// ask to be left alone before the message is given back.
const (
	mostTries   = 4
	perTry      = 20 * time.Second
	longestWait = 2 * time.Minute
)

// final is an error that another try does not get past.
type final struct{ error }

func (f final) Unwrap() error { return f.error }

// again tries until it works, or nothing more can be expected: a receiver that says
// when (Retry-After) is obeyed, others are left alone for 2, 4, 8 seconds.
func (s *Sender) again(ctx context.Context, try func(context.Context) (time.Duration, error)) error {
	pause := 2 * time.Second
	for n := 1; ; n++ {
		one, cancel := context.WithTimeout(ctx, perTry)
		after, err := try(one)
		cancel()
		if _, ended := errors.AsType[final](err); err == nil || ended || n == mostTries || ctx.Err() != nil {
			return err
		}
		wait := max(pause, after)
		if wait > longestWait {
			return err
		}
		if e := s.wait(ctx, wait); e != nil {
			return errors.Join(err, e)
		}
		pause *= 2
	}
}

func (s *Sender) wait(ctx context.Context, d time.Duration) error {
	if s.Wait != nil {
		return s.Wait(ctx, d)
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
