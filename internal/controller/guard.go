package controller

import (
	"context"
	"fmt"
	"time"
)

// What a clock may be off by before nothing new starts (authority.md 5.10).
const (
	mostJump  = 2 * time.Second
	mostApart = 30 * time.Second
	askAfter  = time.Minute // the remote is asked for its time no more often
	evenFor   = 2 * time.Minute
)

// remoteClock asks the remote what time it is there; Source says how that is known.
type remoteClock interface {
	Time(ctx context.Context) (time.Time, error)
	Source() string
}

// guard watches this machine's clock: against its own monotonic one, and against the
// remote's where that has one.
type guard struct {
	clock  Clock
	remote remoteClock // nil: none can be asked
	base   time.Duration
	seen   bool
	jumped time.Duration // by how much the clock was moved; 0: it was not, or that was checked
	since  time.Duration // when that was seen last, by the monotonic clock
	asked  time.Duration // when the remote was, by the monotonic clock
	known  bool          // apart is
	apart  time.Duration // by how much the remote is ahead
}

// stop says why the clock cannot be trusted, "" it can. The remote is asked while
// something may start. Where it tells no time, a clock that jumped is trusted again once
// it ran evenly for a while and shows no less than the newest record: what a wrong one
// could still do, hosts refuse, whose own clocks are compared at every start.
func (g *guard) stop(ctx context.Context, leading bool, newest time.Time) string {
	now, mono := g.clock.Now(), g.clock.Monotonic()
	base := time.Duration(now.UnixNano()) - mono
	if g.seen && (base-g.base).Abs() > mostJump {
		g.jumped, g.since, g.asked = base-g.base, mono, 0
	}
	g.base, g.seen = base, true
	if g.remote != nil && leading && (g.asked == 0 || mono-g.asked >= askAfter) {
		g.ask(ctx)
	}
	if g.remote == nil && mono-g.since >= evenFor && !now.Before(newest) {
		g.jumped = 0
	}
	switch {
	case g.known && g.apart.Abs() > mostApart:
		return fmt.Sprintf("this machine's clock is %s off the remote's (%s)", g.apart.Abs().Round(time.Second), g.remote.Source())
	case g.jumped != 0:
		return fmt.Sprintf("this machine's clock jumped by %s; nothing starts until %s", g.jumped.Round(time.Second), g.until())
	}
	return ""
}

// until says what a clock that jumped is trusted again for.
func (g *guard) until() string {
	if g.remote != nil {
		return "the remote's clock agrees, or patchops is started again"
	}
	return fmt.Sprintf("it ran evenly for %s and is not behind the log", evenFor)
}

// ask compares clocks. The answer is of some instant between question and answer. One
// that says nothing leaves what was known: a remote that is down stops starts by
// itself, since nothing can be recorded there.
func (g *guard) ask(ctx context.Context) {
	before := g.clock.Now()
	g.asked = max(g.clock.Monotonic(), 1)
	theirs, err := g.remote.Time(ctx)
	if err != nil {
		return
	}
	after := g.clock.Now()
	g.known = true
	switch {
	case theirs.Before(before.Truncate(time.Second)):
		g.apart = theirs.Sub(before)
	case theirs.After(after):
		g.apart = theirs.Sub(after)
	default:
		g.apart = 0
	}
	if g.apart.Abs() <= mostApart {
		g.jumped = 0
	}
}
