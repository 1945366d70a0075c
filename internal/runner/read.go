package runner

import (
	"context"
	"fmt"

	"github.com/patchops/patchops/internal/progress"
	"github.com/patchops/patchops/internal/resultlog"
)

// reading is what is known of the documents that were read.
type reading struct {
	at    int64  // when
	facts bool   // what the log says of hosts has changed since
	moved bool   // there is any new record since
	words bool   // what people may have allowed, or do not any more, has changed since
	tip   string // that could not be read
	why   string // why they cannot be read; "" they can
	again patience
}

// hear takes note of a record that documents depend on.
func (d *reading) hear(k resultlog.Kind) {
	d.moved = true
	switch k {
	case resultlog.Facts, resultlog.Restored:
		d.facts = true
	case resultlog.Override, resultlog.Expiry, resultlog.Consent, resultlog.Withdrawal, resultlog.Rejection, resultlog.KeyRevoke, resultlog.Resume:
		d.words = true
	}
}

// next is when documents are to be read again by time alone.
func (d *reading) next(docs *progress.Documents) int64 {
	w := waker{}
	if d.why != "" {
		w.at(d.again.next)
	}
	if d.facts {
		w.at(d.at + factsEvery)
	}
	if docs != nil && docs.Until > d.at {
		w.at(docs.Until)
	}
	return w.t
}

// read makes the documents anew where they may say something else. While they cannot
// be read nothing new starts, and those before serve to take answers in.
func (r *Runner) read(ctx context.Context) error {
	now := r.Clock.Now()
	if !r.outdated(now) {
		return nil
	}
	docs, err := r.Documents.At(ctx, r.look.Tip, r.State, now)
	r.version++
	if err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		r.docs.why = fmt.Sprintf("the documents of %s cannot be read: %v", r.look.Tip, err)
		r.docs.tip = r.look.Tip
		r.docs.again.wait(now, replanDelays)
		r.tell(Event{Kind: "error", Text: r.docs.why})
		return nil
	}
	r.Docs, r.docs = docs, reading{at: now}
	return nil
}

func (r *Runner) outdated(now int64) bool {
	d := &r.docs
	switch {
	case d.why != "" && d.tip == r.look.Tip:
		return d.again.due(now)
	case r.Docs == nil || r.Docs.Commit != r.look.Tip || d.words:
		return true
	case r.Docs.Until > d.at && now >= r.Docs.Until:
		return true
	case r.follows():
		return true
	}
	return d.facts && (now >= d.at+factsEvery || len(r.hands) == 0)
}

// follows reports whether documents that depend on how far runs are have to be read again.
func (r *Runner) follows() bool {
	return r.Docs != nil && r.Docs.Follow && r.docs.moved && r.docs.why == ""
}
