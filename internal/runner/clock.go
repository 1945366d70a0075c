package runner

import (
	"fmt"
	"time"

	"github.com/patchops/patchops/internal/resultlog"
)

// Seconds that a clock may be off before nothing starts by it (authority.md 5.10), and
// that a host's clock may be off from ours (5.7).
const (
	mayJump  = 2
	hostSkew = 10
)

// watch compares the time of day with the time that passes.
type watch struct {
	wall   int64 // seconds
	mono   int64 // milliseconds
	seen   bool
	why    string // why it cannot be trusted; "" it can
	late   string // why it cannot be, by the newest record
	newest string // T of the newest record
}

// jumped is by how many seconds the time of day moved otherwise than time did since; 0
// where that may be what two clocks cut off.
func (w *watch) jumped(wall, mono int64) int64 {
	by := wall - w.wall - (mono-w.mono)/1000
	if by >= -mayJump-1 && by <= mayJump+1 {
		return 0
	}
	return by
}

// checkClock says whether anything may start by our clock. A jump stops this step
// only, and has the ledger compare with the remote's clock again.
func (r *Runner) checkClock() {
	wall, mono := r.Clock.Now(), r.Clock.Monotonic()
	w := &r.clock
	w.why = ""
	if by := w.jumped(wall, mono); w.seen && by != 0 {
		w.why = fmt.Sprintf("the clock jumped by %d s", by)
		r.stale = true
		r.shift(by)
	}
	w.wall, w.mono, w.seen = wall, mono, true
}

// shift moves what is to be tried again with the clock: a wait is not made longer, or
// cut short, by a jump.
func (r *Runner) shift(by int64) {
	r.trouble.shift(by)
	r.asked.replan.shift(by)
	r.docs.again.shift(by)
	for _, p := range r.tells {
		p.shift(by)
	}
	for _, h := range r.hands {
		h.shift(by)
		if h.probed > 0 {
			h.probed += by
		}
	}
	for _, g := range r.gates {
		g.at, g.next = g.at+by, g.next+by
	}
	for key := range r.stops {
		r.stops[key] += by
	}
	r.docs.at += by
	r.out.first += by
	r.mended += by
	r.asked.valid, r.retry = false, waker{}
}

// behind says that the clock shows less than the newest record, or "".
func (w *watch) behind(now int64) string {
	if w.newest != "" && resultlog.Instant(time.Unix(now+mayJump, 0)) < w.newest {
		return fmt.Sprintf("the clock is behind the newest record of %s", w.newest)
	}
	return ""
}

// heard takes note of a record's time.
func (w *watch) heard(t string) {
	if t > w.newest {
		w.newest = t
	}
}
