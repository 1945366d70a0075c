package runner

import (
	"context"
	"errors"
	"time"

	"github.com/patchops/patchops/internal/canonical"
	"github.com/patchops/patchops/internal/museum"
	"github.com/patchops/patchops/internal/progress"
	"github.com/patchops/patchops/internal/resultlog"
)

// When what hosts answered is written: at most so many seconds or records later.
const (
	flushEvery = 5
	flushMost  = 500
)

// outbox is what was decided or heard, folded, and not acknowledged yet.
type outbox struct {
	all    []Append
	blobs  map[string][]byte
	n      int
	first  int64
	urgent bool // it does not wait for more
}

func (o *outbox) clear() { *o = outbox{} }

// of is the part of one client.
func (o *outbox) of(client string) *Append {
	for i := range o.all {
		if o.all[i].Client == client {
			return &o.all[i]
		}
	}
	o.all = append(o.all, Append{Client: client})
	return &o.all[len(o.all)-1]
}

func (o *outbox) add(client string, records []resultlog.Record, blobs [][]byte, now int64) {
	part := o.of(client)
	part.Records = append(part.Records, records...)
	part.Blobs = append(part.Blobs, blobs...)
	if o.n == 0 {
		o.first = now
	}
	o.n += len(records)
}

// lazy are the kinds that wait for others, so that they share a push.
func lazy(k resultlog.Kind) bool {
	switch k {
	case resultlog.Result, resultlog.Unknown, resultlog.Deferred, resultlog.Facts, resultlog.HostKey:
		return true
	}
	return false
}

// stamp makes a decision's records those of this instant and lease.
func (r *Runner) stamp(records []resultlog.Record) {
	t, fence := resultlog.Instant(time.Unix(r.Clock.Now(), 0)), r.Ledger.Fence()
	t = max(t, r.clock.newest) // a log's time never runs backwards
	for i := range records {
		records[i].T, records[i].Fence = t, fence
		if records[i].V == 0 {
			records[i].V = 1
		}
	}
}

// append folds records and puts them into the outbox.
func (r *Runner) append(client string, records []resultlog.Record, blobs [][]byte) {
	if len(records) == 0 || r.broken[client] != "" {
		return
	}
	r.stamp(records)
	for _, b := range blobs {
		if r.out.blobs == nil {
			r.out.blobs = map[string][]byte{}
		}
		r.out.blobs[canonical.Digest(b)] = b
	}
	logged := make([]progress.Logged, len(records))
	for i := range records {
		logged[i] = progress.Logged{Client: client, Record: records[i]}
		r.out.urgent = r.out.urgent || !lazy(records[i].Kind)
	}
	r.early = true
	r.foldOne(client, logged, "")
	r.early = false
	if r.broken[client] == "" {
		r.out.add(client, records, blobs, r.Clock.Now())
	}
}

// appendAll is append for records of several clients.
func (r *Runner) appendAll(all []progress.Logged) {
	for i := range all {
		r.append(all[i].Client, []resultlog.Record{all[i].Record}, nil)
	}
}

// flushDue writes what is waiting, where it may not wait longer.
func (r *Runner) flushDue(ctx context.Context) error {
	o := &r.out
	if o.n == 0 {
		return nil
	}
	if o.urgent || o.n >= flushMost || r.Clock.Now() >= o.first+flushEvery || r.stop != "" || r.inFlight() == 0 {
		return r.flush(ctx)
	}
	return nil
}

// flush writes the outbox. After an error what was folded of it does not count: the
// log is looked at anew.
func (r *Runner) flush(ctx context.Context) error {
	err := r.Ledger.Flush(ctx, r.out.all)
	if err != nil {
		r.stale = !museum.Planted("no-look-after-flush")
		r.unclear = errors.Is(err, ErrRemote)
		r.version++
		if errors.Is(err, ErrLost) {
			r.forsake()
		}
		return err
	}
	for i := range r.news {
		r.tell(r.news[i])
	}
	r.news = r.news[:0]
	r.out.clear()
	r.unsure = nil
	clear(r.told)
	for _, g := range r.gates {
		g.outcome = ""
	}
	return nil
}
