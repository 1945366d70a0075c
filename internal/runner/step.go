package runner

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/patchops/patchops/internal/progress"
	"github.com/patchops/patchops/internal/rollout"
)

// Bounds of one step.
const (
	rounds = 64  // of Next
	races  = 8   // of flushes that others were faster than
	turns  = 120 // steps in which clients take turns after that
	// pendEvery is when somebody who is still being told is asked for at the latest.
	pendEvery = 5
)

// Step looks, takes in what hosts answered, and does everything that can be done now
// without waiting. With an error that passes (ErrLost, ErrRemote, ErrRace, ErrFull) the
// report is as good as without.
func (r *Runner) Step(ctx context.Context) (Report, error) {
	r.report = Report{}
	r.checkClock()
	r.take()
	r.asked.valid = r.asked.valid && !r.more && !r.pending
	clear(r.telling)
	r.balked, r.more, r.pending = false, false, false
	err := r.waitsOut()
	if err == nil {
		err = r.work(ctx)
		r.note(err)
	}
	return r.close(), err
}

// waitsOut is the trouble that is not yet to be tried again.
func (r *Runner) waitsOut() error {
	if r.failure != nil && !r.trouble.due(r.Clock.Now()) {
		return r.failure
	}
	return nil
}

// note remembers trouble with the ledger, so that it is not asked in a tight loop.
func (r *Runner) note(err error) {
	switch {
	case err == nil:
		r.failure, r.trouble = nil, patience{}
	case passes(err):
		r.failure = err
		r.trouble.wait(r.Clock.Now(), remoteDelays)
	}
	r.gone = errors.Is(err, ErrLost)
}

func passes(err error) bool {
	return errors.Is(err, ErrLost) || errors.Is(err, ErrRemote) || errors.Is(err, ErrRace) || errors.Is(err, ErrFull)
}

// work goes through a pass, and again where a flush was refused or may have been
// written: what it was based on is looked at anew first. Where somebody is faster again
// and again clients take turns, so that whose log it is holds up nobody else.
func (r *Runner) work(ctx context.Context) error {
	doubts := 0
	for n := 0; r.apart == 0; n++ {
		r.unclear = false
		err := r.pass(ctx)
		refused := (*RefusedError)(nil)
		switch {
		case errors.As(err, &refused) && r.broken[refused.Client] == "":
			r.breaks(refused.Client, refused.Error())
		case errors.Is(err, ErrRace) && n < races:
		case errors.Is(err, ErrRace):
			r.apart = turns
		case r.unclear && doubts == 0:
			doubts++
		default:
			return err
		}
	}
	r.apart--
	return r.takeTurns(ctx)
}

// takeTurns goes through a pass for each client alone. It is a race lost only if all
// lost theirs.
func (r *Runner) takeTurns(ctx context.Context) error {
	var lost error
	won := 0
	defer func() { r.only = "" }()
	for _, client := range r.clients() {
		r.only = client
		r.asked.valid = false
		err := r.pass(ctx)
		if err == nil && r.out.n > 0 {
			err = r.flush(ctx)
		}
		switch {
		case errors.Is(err, ErrRace):
			lost = err
		case err != nil:
			return err
		default:
			won++
		}
	}
	r.more = true
	if won > 0 {
		return nil
	}
	return lost
}

// clients are those with something to do.
func (r *Runner) clients() []string {
	all := map[string]bool{}
	for _, run := range r.State.Runs {
		all[run.Client] = true
	}
	if r.Docs != nil {
		for _, p := range r.Docs.Plans {
			all[p.Client] = true
		}
	}
	return sorted(all)
}

// waits reports whether a client's turn is not now.
func (r *Runner) waits(client string) bool {
	return r.broken[client] != "" || r.only != "" && r.only != client
}

// pass looks, folds, and does what can be done.
func (r *Runner) pass(ctx context.Context) error {
	if err := r.lookAgain(ctx); err != nil {
		return err
	}
	if err := r.read(ctx); err != nil {
		return err
	}
	if r.Docs == nil {
		return r.flushDue(ctx)
	}
	r.settle()
	for n := 0; ; n++ {
		did, err := r.decide(ctx)
		if err != nil {
			return err
		}
		if n == rounds {
			return r.unsettled()
		}
		if !did && !r.follows() {
			return r.flushDue(ctx)
		}
		if r.follows() {
			if err := r.read(ctx); err != nil {
				return err
			}
		}
	}
}

// unsettled has those stand still about whom something new was decided again and again:
// the log is not filled with it, and others go on.
func (r *Runner) unsettled() error {
	clients := sorted(r.busy)
	if len(clients) == 0 {
		return errUnsettled
	}
	for _, client := range clients {
		r.breaks(client, errUnsettled.Error())
	}
	return fmt.Errorf("%w: %w", ErrRace, errUnsettled)
}

var errUnsettled = fmt.Errorf("decisions do not settle: something new in each of %d rounds", rounds)

// decide asks Next and carries out what it says. It reports whether anything has
// changed by that.
func (r *Runner) decide(ctx context.Context) (bool, error) {
	if r.unchanged() {
		return false, nil
	}
	now, mono := r.now(), r.Clock.Monotonic()
	version := r.version
	d := r.think.next(r.State, r.Docs, now)
	r.showWaits(d.Waits)
	r.asked = decided{at: now.At, mono: mono, version: version, stop: now.Stop, until: d.Wake, waits: d.Waits, valid: true, replan: r.asked.replan}
	r.retry = waker{}
	if err := r.carryOut(ctx, d.Do); err != nil {
		return true, err
	}
	return r.version != version, nil
}

// unchanged reports whether Next would say what it said last.
func (r *Runner) unchanged() bool {
	a, now := &r.asked, r.Clock.Now()
	due := r.handsDue()
	return !due && a.valid && a.version == r.version && a.stop == r.stopped() && (a.until == 0 || now < a.until) && (r.retry.t == 0 || now < r.retry.t)
}

// close finishes the report.
func (r *Runner) close() Report {
	now := r.Clock.Now()
	p := &r.report
	p.Waits = r.waiting()
	p.InFlight = r.inFlight()
	p.Stop = r.stopped()
	p.Wake = r.wake(now)
	p.Idle = p.InFlight == 0 && !r.probing() && !r.more && !r.pending && r.out.n == 0 && !r.unheard() && r.failure == nil
	return *p
}

// waiting is what is waited for, with what stands in the way of whole clients.
func (r *Runner) waiting() []progress.Wait {
	if len(r.broken) == 0 && r.unplanned == "" {
		return r.asked.waits
	}
	var out []progress.Wait
	for _, client := range sorted(r.broken) {
		out = append(out, progress.Wait{Client: client, Code: rollout.Held, Why: r.broken[client], Until: r.mended})
	}
	if r.unplanned != "" {
		out = append(out, progress.Wait{Code: rollout.Held, Why: r.unplanned, Until: r.asked.replan.next})
	}
	return append(out, r.asked.waits...)
}

// wake is the next instant at which a step may do something.
func (r *Runner) wake(now int64) int64 {
	w := waker{}
	if r.failure != nil {
		w.at(r.trouble.next)
		return max(w.t, now+1)
	}
	w.at(r.asked.until)
	if r.more {
		w.at(now + 1)
	}
	w.at(r.docs.next(r.Docs))
	if r.look.Stop != "" || r.clock.why != "" || r.clock.late != "" {
		w.at(now + trustEvery)
	}
	if r.out.n > 0 {
		w.at(r.out.first + flushEvery)
	}
	for key, h := range r.hands {
		if r.inHand[key] {
			w.at(h.next)
		}
	}
	if r.report.InFlight > 0 || r.probing() {
		w.at(now + keepLease)
	}
	w.at(r.retry.t)
	if r.pending {
		w.at(now + pendEvery)
	}
	if len(r.broken) > 0 {
		w.at(r.mended)
	}
	if w.t == 0 {
		return 0
	}
	return max(w.t, now+1)
}

// waker finds the first of many instants; 0 is none.
type waker struct{ t int64 }

func (w *waker) at(t int64) {
	if t > 0 && (w.t == 0 || t < w.t) {
		w.t = t
	}
}

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
