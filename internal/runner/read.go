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
	facts bool   // what the log says of hosts or freezes has changed since
	tip   string // that could not be read
	why   string // why they cannot be read; "" they can
	again patience
}

// hear takes note of a record that documents depend on.
func (d *reading) hear(k resultlog.Kind) {
	switch k {
	case resultlog.Facts, resultlog.Override, resultlog.Expiry, resultlog.Restored:
		d.facts = true
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
	case r.Docs == nil || r.Docs.Commit != r.look.Tip:
		return true
	case r.Docs.Until > d.at && now >= r.Docs.Until:
		return true
	}
	return d.facts && (now >= d.at+factsEvery || len(r.hands) == 0)
}
