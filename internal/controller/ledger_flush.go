package controller

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/patchops/patchops/internal/canonical"
	"github.com/patchops/patchops/internal/effect"
	"github.com/patchops/patchops/internal/git"
	"github.com/patchops/patchops/internal/museum"
	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/runner"
	"github.com/patchops/patchops/internal/wal"
)

// mostJournaled is how much the journal takes between two looks that cut it (R63).
const mostJournaled = 128 << 20

// parcel is what one flush appends to one client's log.
type parcel struct {
	records []resultlog.Record
	blobs   [][]byte
	before  int // records that are none of the runner's
}

// Flush implements runner.Ledger: durable here, then acknowledged by the remote. The
// first one takes the lease, and then wants all looked at again under it.
func (l *ledger) Flush(ctx context.Context, all []runner.Append) error {
	c := l.c
	if l.stale {
		return runner.ErrRace
	}
	if c.lease == nil {
		if err := l.take(ctx); err != nil {
			return forRunner(err)
		}
		return fmt.Errorf("%w: the lease is new", runner.ErrRace)
	}
	t := l.time()
	parcels, err := l.parcels(all, t)
	if err != nil || len(parcels) == 0 {
		return err
	}
	if err := l.intend(parcels); err != nil {
		return err
	}
	if err := l.push(ctx, parcels, t); err != nil {
		return err
	}
	numbered(all, parcels)
	return nil
}

// time is when what is recorded now happened: never before what is recorded.
func (l *ledger) time() time.Time {
	t := l.c.Clock.Now().UTC().Truncate(time.Second)
	if l.view.State.Newest.After(t) {
		return l.view.State.Newest
	}
	return t
}

// numbered gives the runner's records the numbers and times that they got.
func numbered(all []runner.Append, parcels map[string]parcel) {
	at := map[string]int{}
	for client, p := range parcels {
		at[client] = p.before
	}
	for _, a := range all {
		for i := range a.Records {
			if done := parcels[a.Client].records; at[a.Client] < len(done) {
				r := done[at[a.Client]]
				a.Records[i].V, a.Records[i].Seq, a.Records[i].T, a.Records[i].Fence = r.V, r.Seq, r.T, r.Fence
			}
			at[a.Client]++
		}
	}
}

// parcels are the records by client as they are written, after those that every fence
// begins with. What would contradict a log is never written: every reader would stop
// at it for good.
func (l *ledger) parcels(all []runner.Append, t time.Time) (map[string]parcel, error) {
	out, now := map[string]parcel{}, resultlog.Instant(t)
	for _, e := range l.c.opening(l.view, nil) {
		out[effect.Org] = parcel{records: []resultlog.Record{e.record}, before: 1}
	}
	for _, a := range all {
		if slices.Contains(l.shut, a.Client) {
			return nil, &runner.RefusedError{Client: a.Client, Err: errors.New("its branch cannot be written to")}
		}
		p := out[a.Client]
		p.records, p.blobs = append(p.records, a.Records...), append(p.blobs, a.Blobs...)
		out[a.Client] = p
	}
	for _, client := range slices.Sorted(maps.Keys(out)) {
		p, moved := out[client], false
		for i := range p.records {
			p.records[i] = bounded(p.records[i])
			p.records[i].Fence = l.c.lease.fence
			if newest := resultlog.Instant(l.view.State.Newest); p.records[i].T < newest || p.records[i].T > now {
				moved = moved || p.records[i].Kind == resultlog.Claim
				p.records[i].T = now
			}
			if i > 0 && p.records[i].T < p.records[i-1].T {
				moved = moved || p.records[i].Kind == resultlog.Claim
				p.records[i].T = p.records[i-1].T
			}
		}
		if why := l.execution(client).Would(resultlog.Name{Repository: l.c.Root.Repository, Client: client}, p.records); why != "" {
			if moved { // it was right when it was decided, and is decided again
				return nil, fmt.Errorf("%w: %s", runner.ErrRace, why)
			}
			return nil, &runner.RefusedError{Client: client, Err: fmt.Errorf("it would contradict the log: %s", why)}
		}
	}
	return out, nil
}

// execution is what may follow in a client's log.
func (l *ledger) execution(client string) *resultlog.Execution {
	if l.watch == nil {
		l.watch = map[string]*resultlog.Execution{}
	}
	e := l.watch[client]
	if e == nil {
		e = resultlog.NewExecution(l.c.Root.Repository)
		l.watch[client] = e
	}
	for _, branch := range inOrder(l.view.logs) {
		if o := l.view.logs[branch]; o.log.Name.Client == client {
			e.Follow(o.log.Name, o.records)
		}
	}
	return e
}

// intend makes the records durable before anybody sees them (R43). What is said
// again because the remote did not answer is not written again (R63).
func (l *ledger) intend(parcels map[string]parcel) error {
	c := l.c
	i := intent{Fence: c.lease.fence, Logs: map[string][]resultlog.Record{}}
	for client, p := range parcels {
		i.Logs[client] = p.records
	}
	b, err := canonical.Marshal(i)
	if err != nil {
		return err
	}
	if !c.dirty {
		l.last, l.size = nil, 0
	}
	if bytes.Equal(b, l.last) {
		return nil
	}
	if l.size += len(b); l.size > mostJournaled {
		return fmt.Errorf("%w: %d bytes that the remote does not have", runner.ErrFull, l.size)
	}
	c.dirty = true
	if museum.Planted("skip fsync") {
		return nil
	}
	if err := c.Journal.Append(b); err != nil {
		return l.unwritten(err)
	}
	l.last = b
	return nil
}

// unwritten is what follows from a journal that does not take an entry: on a full
// disk nothing new begins, and the stop is written into the reserve (R60); after a
// failed fsync the process must end (R62).
func (l *ledger) unwritten(cause error) error {
	if !errors.Is(cause, wal.ErrFull) {
		return fmt.Errorf("write-ahead log: %w", errors.Join(cause, l.c.stopped(cause)))
	}
	if l.full == nil {
		l.full = cause
		if err := l.c.stopped(cause); err != nil && !errors.Is(err, wal.ErrFull) {
			return err
		}
	}
	return fmt.Errorf("%w: %w", runner.ErrFull, cause)
}

// push is one atomic push of all touched logs and the lease. What it appended is
// known from then on.
func (l *ledger) push(ctx context.Context, parcels map[string]parcel, t time.Time) error {
	c := l.c
	var updates []git.Update
	after := map[string]*openLog{}
	for _, client := range slices.Sorted(maps.Keys(parcels)) {
		u, log, records, err := c.logUpdate(ctx, l.view, client, parcels[client], t)
		if err != nil {
			return err
		}
		updates = append(updates, u)
		p := parcels[client]
		p.before += len(records) - len(p.records)
		p.records = records
		parcels[client] = p
		branch := log.Name.Branch(c.looker.logs.prefix)
		o := &openLog{branch: branch, tip: u.New, good: u.New, log: log}
		if old := l.view.logs[branch]; old != nil && old.good != "" {
			o.records = old.records
		}
		o.records = append(o.records, records...)
		after[branch] = o
	}
	if err := c.pushLease(ctx, updates, false, t); err != nil {
		l.stale = true // it may have happened: whoever looks sees it
		return forRunner(err)
	}
	l.pushed(after, t)
	return nil
}

func (l *ledger) pushed(after map[string]*openLog, t time.Time) {
	v := l.view
	for branch, o := range after {
		v.logs[branch], v.branches[branch] = o, o.tip
		for _, r := range o.records[min(l.told[branch], int64(len(o.records))):] {
			l.follow(r)
		}
		l.told[branch] = int64(len(o.records))
	}
	v.branches[leaseBranch] = l.c.lease.tip
	l.c.watch.look(l.c.lease.tip, l.c.Clock.Monotonic())
	s := v.State
	s.Fence, s.Leased = l.c.lease.fence, l.c.lease.fence
	if t.After(s.Newest) {
		s.Newest = t
	}
}
