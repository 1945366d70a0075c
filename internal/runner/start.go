package runner

import (
	"context"
	"errors"
	"time"

	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/museum"
	"github.com/patchops/patchops/internal/progress"
	"github.com/patchops/patchops/internal/resultlog"
)

// Seconds that a host may take to begin what it was asked, and after which a stop is
// asked for again.
const (
	beginWithin = 30
	stopAgain   = 30
	againAfter  = 5 // between two attempts
	latelyMost  = 1 << 14
)

// start claims in one flush, and dispatches what the remote acknowledged.
func (r *Runner) start(ctx context.Context, starts []*progress.Decision) error {
	if r.balked || r.stopped() != "" && !museum.Planted("start-while-stopped") {
		return nil
	}
	var tasks []*dispatch.Task
	var claims []progress.Logged
	for _, d := range r.fair(starts) {
		if task, claim := r.intend(d); task != nil {
			tasks, claims = append(tasks, task), append(claims, progress.Logged{Client: d.Client, Record: claim})
		}
	}
	if len(claims) == 0 {
		return nil
	}
	if museum.Planted("dispatch-before-ack") {
		r.fold(claims, always)
		r.dispatchAll(tasks, claims)
	}
	if err := r.claimAll(ctx, claims); err != nil {
		if !museum.Planted("dispatch-unacknowledged") {
			return err
		}
		r.fold(claims, always)
	}
	r.dispatchAll(tasks, claims)
	return nil
}

// claimAll flushes claims, after all that they follow from, and folds them once they are
// acknowledged.
func (r *Runner) claimAll(ctx context.Context, claims []progress.Logged) error {
	now := r.Clock.Now()
	for i := range claims {
		r.out.add(claims[i].Client, []resultlog.Record{claims[i].Record}, nil, now)
	}
	if err := r.flush(ctx); err != nil {
		if errors.Is(err, ErrRemote) {
			for i := range claims {
				r.doubt[claims[i].Record.Key] = true
			}
		}
		return err
	}
	r.fold(claims, "")
	return nil
}

// intend makes the task and the claim of a start; other records of it are appended. A key
// that may be under way is refused, whatever was decided.
func (r *Runner) intend(d *progress.Decision) (*dispatch.Task, resultlog.Record) {
	none := resultlog.Record{}
	if d.Task == nil || r.hands[d.Task.Key] != nil || r.claim(runOf(d.Client, d.Plan), d.Task.Key) != nil && !r.absent[d.Task.Key] {
		return nil, none
	}
	if r.tooSoon(d) {
		return nil, none
	}
	task := *d.Task
	task.Fence = r.Ledger.Fence()
	// The check was when it was decided, whatever happened since.
	if latest := r.asked.at + beginWithin; task.NotAfter == 0 || task.NotAfter > latest {
		task.NotAfter = latest
	}
	claim := -1
	for i := range d.Records {
		if d.Records[i].Kind == resultlog.Claim {
			claim = i
		} else {
			r.append(d.Client, d.Records[i:i+1:i+1], nil)
		}
	}
	if claim < 0 || r.broken[d.Client] != "" {
		return nil, none
	}
	one := []resultlog.Record{d.Records[claim]}
	one[0].NotAfter = resultlog.Instant(time.Unix(task.NotAfter, 0))
	r.stamp(one)
	return &task, one[0]
}

// tooSoon reports whether the same segment of the same host was claimed a moment ago as
// another attempt: whatever is decided, nothing is tried, and nothing fills the log, in a
// tight loop.
func (r *Runner) tooSoon(d *progress.Decision) bool {
	now, what := r.Clock.Now(), d.Client+"/"+d.Plan+"/"+d.Asset+"/"+string(d.Task.Segment)
	last, known := r.lately[what]
	if known && last.key != d.Task.Key && now >= last.at && now < last.at+againAfter {
		r.retry.at(last.at + againAfter)
		return true
	}
	if len(r.lately) >= latelyMost {
		clear(r.lately)
	}
	r.lately[what] = attempt{d.Task.Key, now}
	return false
}

// attempt is when a key was claimed last.
type attempt struct {
	key string
	at  int64
}

func (r *Runner) dispatchAll(tasks []*dispatch.Task, claims []progress.Logged) {
	for i := range tasks {
		r.dispatch(tasks[i], &claims[i])
	}
}

// dispatch has a host begin what it was claimed for. It is the only place where
// something begins; what is not begun here was never begun, and is decided afresh.
func (r *Runner) dispatch(task *dispatch.Task, claim *progress.Logged) {
	run := runOf(claim.Client, claim.Record.Plan)
	if r.claim(run, task.Key) == nil || r.broken[claim.Client] != "" {
		return // its log cannot be followed
	}
	r.version++
	w := watch{wall: r.asked.at, mono: r.asked.mono}
	task.Now = r.Clock.Now()
	switch {
	case task.Now >= task.NotAfter && !museum.Planted("dispatch-too-late"),
		w.jumped(task.Now, r.Clock.Monotonic()) != 0,
		r.stop != "" && !museum.Planted("start-while-stopped"),
		task.Fence == 0 || task.Fence != r.Ledger.Fence(),
		!r.Ledger.Fresh():
		r.absent[task.Key], r.balked, r.more = true, true, true
		return
	}
	delete(r.absent, task.Key)
	r.hands[task.Key] = &hand{task: task, run: run, phase: begun}
	r.inHand[task.Key] = true
	r.Exec.Start(*task)
}

// probe asks a host what became of an open claim.
func (r *Runner) probe(d *progress.Decision) {
	if d.Task == nil || r.Ledger.Fence() == 0 {
		return
	}
	now := r.Clock.Now()
	h := r.hands[d.Task.Key]
	if h != nil && (h.phase < follow || !h.due(now)) {
		return
	}
	if h == nil {
		task := *d.Task
		h = &hand{task: &task, run: runOf(d.Client, d.Plan)}
		r.hands[task.Key] = h
	}
	h.task.Fence, h.task.Now = r.Ledger.Fence(), now
	h.phase, h.probed, h.next = asked, now, 0
	r.inHand[h.task.Key] = true
	r.version++
	r.Exec.Probe(*h.task)
}

// askStop asks a host to stop before its point of no return, and again after a while.
func (r *Runner) askStop(d *progress.Decision) {
	if d.Task == nil || r.Ledger.Fence() == 0 {
		return
	}
	now := r.Clock.Now()
	if t, asked := r.stops[d.Task.Key]; asked && now < t+stopAgain {
		return
	}
	r.stops[d.Task.Key] = now
	task := *d.Task
	if h := r.hands[task.Key]; h != nil {
		task = *h.task
	}
	task.Fence, task.Now = r.Ledger.Fence(), now
	r.Exec.Stop(task)
}
