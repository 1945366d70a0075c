package simulation

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/patchops/patchops/internal/canonical"
	"github.com/patchops/patchops/internal/museum"
	"github.com/patchops/patchops/internal/progress"
	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/runner"
)

// Times of the lease (authority.md 5).
const (
	leaseTTL   = 120
	leaseSlack = 30
)

// ledger is the log as a process has it: a clone, a write-ahead log, and pushes that
// compare and swap.
type ledger struct {
	p        *process
	held     bool
	mine     lease // as we pushed it
	began    int64 // when the last acknowledged flush began
	asked    int64 // when the remote was asked last
	known    int   // entries of the clone; what is pushed lies on top of them
	given    int   // entries that the runner has
	reset    bool
	watched  lease // another's, and since when
	since    int64
	renewing bool
}

func newLedger(p *process) *ledger { return &ledger{p: p, reset: true, since: p.w.now} }

// Look brings what is new, and takes the lease where there is something to do.
func (l *ledger) Look(_ context.Context, again bool) (runner.Look, error) {
	p, w := l.p, l.p.w
	w.boundary(p, "look")
	if err := w.call(p, "look"); err != nil {
		return runner.Look{}, err
	}
	l.reset = l.reset || again
	if l.reset || !l.Fresh() || w.now-l.asked >= minute || w.hinted(p) {
		if err := l.ask(); err != nil {
			return runner.Look{}, err
		}
	}
	if err := l.hear(); err != nil {
		return runner.Look{}, err
	}
	w.boundary(p, "looked")
	return l.view(), nil
}

// ask fetches, and keeps the lease or takes it where that is allowed.
func (l *ledger) ask() error {
	w := l.p.w
	if err := l.reach(); err != nil {
		return err
	}
	l.asked = w.now
	l.known = len(w.remote.entries)
	there := w.remote.lease
	if l.held && there == l.mine {
		if !l.Fresh() {
			l.renew()
		}
		return nil
	}
	if l.held {
		l.held, l.reset = false, true
	}
	if there != l.watched {
		l.watched, l.since = there, w.now
	}
	if !l.free() {
		return runner.ErrLost
	}
	if w.open() || len(w.remote.words)+len(w.remote.changes) > 0 {
		return l.take()
	}
	return nil
}

// reach fails where the remote cannot be asked.
func (l *ledger) reach() error {
	w := l.p.w
	if w.remote.down || l.p.cut || w.chance(w.Faults.Remote) {
		return runner.ErrRemote
	}
	return nil
}

// free says whether the lease that was seen may be taken.
func (l *ledger) free() bool {
	there := l.watched
	return museum.Planted("ledger-takes-what-is-held") || there.version == 0 || there.released || there.holder == l.p.name || l.p.w.now-l.since >= leaseTTL+leaseSlack
}

// take takes the lease that was seen.
func (l *ledger) take() error {
	p, w := l.p, l.p.w
	w.boundary(p, "take the lease")
	next := lease{holder: p.name, life: p.life, fence: l.watched.fence + 1}
	began := w.now
	b := l.batch([]progress.Logged{{Client: org, Record: resultlog.Record{Kind: resultlog.Lease, T: l.stamp(), Holder: p.name}}}, nil)
	if err := l.send(l.watched, next, b); err != nil {
		return err
	}
	l.began, l.known, l.reset = began, len(w.remote.entries), true
	w.notef("%s leads, fence %d", p.name, next.fence)
	return nil
}

// freeAt is when another's lease may be taken.
func (l *ledger) freeAt() int64 {
	return max(l.p.w.now+15, l.since+leaseTTL+leaseSlack)
}

// send is one push, which may be lost on the way there or back.
func (l *ledger) send(seen, next lease, b *batch) error {
	p, w := l.p, l.p.w
	if w.chance(w.Faults.Lose) {
		return runner.ErrRemote
	}
	if err := l.reach(); err != nil {
		return err
	}
	if !w.remote.push(p, seen, next, b) {
		l.held = false
		return runner.ErrLost
	}
	if w.chance(w.Faults.Lose) {
		w.notef("%s: the answer to a push is lost", p.name)
		l.held = false
		return runner.ErrRemote
	}
	l.held, l.mine = true, w.remote.lease
	return nil
}

// hear records what people said, and merges what they agreed to.
func (l *ledger) hear() error {
	r := l.p.w.remote
	if len(r.words) == 0 && len(r.changes) == 0 || !l.held {
		return nil
	}
	var records []progress.Logged
	stamp := l.stamp()
	for _, word := range r.words {
		word.T = stamp
		records = append(records, progress.Logged{Client: clientOf(word.Plan), Record: word})
	}
	b := l.batch(records, nil)
	b.words, b.changes = len(r.words), len(r.changes)
	for _, tip := range r.changes {
		b.tip = tip
		b.records = append(b.records, l.p.w.merged(tip, stamp)...)
	}
	return l.push(b)
}

func (l *ledger) view() runner.Look {
	w := l.p.w
	out := runner.Look{Reset: l.reset, Tip: w.commit(w.remote.tip), Stop: l.clocks()}
	if l.reset {
		l.given = 0
	}
	if l.given < l.known {
		out.New = make([]progress.Logged, 0, l.known-l.given)
	}
	for i := l.given; i < l.known; i++ {
		out.New = append(out.New, w.remote.entries[i].Logged)
	}
	l.given, l.reset = l.known, false
	return out
}

// clocks says why they cannot be trusted: the remote's is asked with every fetch.
func (l *ledger) clocks() string {
	p, w := l.p, l.p.w
	if d := p.wall() - w.now; d > 30 || d < -30 {
		return fmt.Sprintf("the clock is %d s off the remote's", d)
	}
	return ""
}

// stamp is when what is recorded now happened: never before what is recorded.
func (l *ledger) stamp() string {
	return resultlog.Instant(time.Unix(max(l.p.wall(), l.p.w.newest), 0))
}

func (l *ledger) batch(records []progress.Logged, blobs [][]byte) *batch {
	l.p.disk.ids++
	b := &batch{id: l.p.disk.ids<<8 | int64(slices.Index(l.p.w.procs, l.p)), records: records, blobs: map[string][]byte{}}
	for _, blob := range blobs {
		b.blobs[canonical.Digest(blob)] = blob
	}
	return b
}

// Flush appends in one push.
func (l *ledger) Flush(_ context.Context, all []runner.Append) error {
	p, w := l.p, l.p.w
	w.boundary(p, "flush")
	if !l.held {
		return l.first()
	}
	newest := resultlog.Instant(time.Unix(w.newest, 0))
	var records []progress.Logged
	var blobs [][]byte
	for _, a := range all {
		seq := w.remote.seq[a.Client]
		for i := range a.Records {
			r := &a.Records[i]
			r.T, r.Seq = max(r.T, newest), seq
			seq++
			records = append(records, progress.Logged{Client: a.Client, Record: *r})
		}
		blobs = append(blobs, a.Blobs...)
	}
	err := l.push(l.batch(records, blobs))
	if err == nil {
		l.given = l.known
	}
	return err
}

// first takes the lease for a flush: what it is based on must be looked at again.
func (l *ledger) first() error {
	if err := l.reach(); err != nil {
		return err
	}
	l.known, l.reset = len(l.p.w.remote.entries), true
	if there := l.p.w.remote.lease; there != l.watched {
		l.watched, l.since = there, l.p.w.now
	}
	if !l.free() {
		return runner.ErrLost
	}
	if err := l.take(); err != nil {
		return err
	}
	return runner.ErrRace
}

// push writes ahead, then pushes on top of what is known.
func (l *ledger) push(b *batch) error {
	p, w := l.p, l.p.w
	if err := l.ahead(b); err != nil {
		return err
	}
	began := w.now
	if err := w.call(p, "push"); err != nil {
		return err
	}
	w.boundary(p, "push")
	if l.known != len(w.remote.entries) && l.held && w.remote.lease == l.mine {
		return runner.ErrRace
	}
	if err := l.send(l.mine, l.mine, b); err != nil && !museum.Planted("ledger-acks-what-is-lost") {
		return err
	}
	l.began, l.known = began, len(w.remote.entries)
	p.disk.wal, p.disk.synced = nil, 0
	w.boundary(p, "pushed")
	if err := w.call(p, "pushed"); err != nil {
		return err
	}
	w.acknowledged(b)
	return nil
}

// ahead writes a flush to the write-ahead log.
func (l *ledger) ahead(b *batch) error {
	p, w := l.p, l.p.w
	if err := w.call(p, "write"); err != nil {
		return err
	}
	if p.disk.full || w.chance(w.Faults.Full) {
		return runner.ErrFull
	}
	p.disk.wal = append(p.disk.wal, b)
	w.boundary(p, "written")
	if w.chance(w.Faults.Sync) {
		return fmt.Errorf("%w: fsync failed", errDied)
	}
	if err := w.call(p, "sync"); err != nil {
		return fmt.Errorf("%w: %w", errDied, err)
	}
	p.disk.synced = len(p.disk.wal)
	w.boundary(p, "synced")
	return nil
}

// renew keeps the lease for a while; release gives it back.
func (l *ledger) renew() {
	began := l.p.w.now
	if l.send(l.mine, l.mine, nil) == nil {
		l.began = began
	}
}

func (l *ledger) release() error {
	next := l.mine
	next.released = true
	err := l.send(l.mine, next, nil)
	l.held = false
	if err == nil {
		for _, other := range l.p.w.procs { // who waits for it sees it soon
			if other != l.p {
				other.wake(l.p.w.now + 15)
			}
		}
	}
	return nil
}

// Fence is the lease's; 0 without it.
func (l *ledger) Fence() int64 {
	if !l.held {
		return 0
	}
	return l.mine.fence
}

// Fresh says whether we may act without asking.
func (l *ledger) Fresh() bool {
	return l.held && l.p.w.now-l.began < leaseTTL-leaseSlack
}

// Blob reads a blob.
func (l *ledger) Blob(_, digest string) ([]byte, error) {
	b, known := l.p.w.remote.blobs[digest]
	if !known {
		return nil, fmt.Errorf("blob %s is not there", digest)
	}
	return b, nil
}
