package runnertest

import (
	"context"
	"fmt"

	"github.com/patchops/patchops/internal/runner"
)

// Fault is what goes wrong with one call.
type Fault int

// The faults. Lost is an answer that does not come back although the push landed; Late
// is a push that lands only after the next look, if nothing else did; Race and Full land
// nothing; Taken is another controller that took the lease meanwhile.
const (
	Fine Fault = iota
	Down
	Lost
	Late
	Race
	Full
	Taken
)

// Times of the lease, in milliseconds (authority.md 5).
const (
	leaseTTL   = 120_000
	leaseSlack = 30_000
	leaseRenew = 40_000
)

// Ledger is one process's way to a Log. After a crash there is a new one.
type Ledger struct {
	Log   *Log
	Clock *Clock
	// Fail says what goes wrong with a call, "look" or "flush"; nil nothing.
	Fail func(call string) Fault
	// Hook is called before and after each call's effect: to crash (by a panic) or to let
	// time pass.
	Hook func(point string)
	// Stop is Look's: a clock that cannot be trusted.
	Stop string

	process int
	fence   int64
	held    bool
	began   int64 // monotonic, of the last acknowledged flush
	seen    int   // records of Log.All that were brought or flushed
	watched int64 // revision of another's lease ...
	since   int64 // ... and since when it stands
	fresh   bool  // nothing was looked at yet: bring everything
}

var _ runner.Ledger = (*Ledger)(nil)

// NewLedger is that of a process with a number of its own, from 1.
func NewLedger(log *Log, clock *Clock, process int) *Ledger {
	return &Ledger{Log: log, Clock: clock, process: process, fresh: true, watched: -1}
}

func (l *Ledger) fault(call string) Fault {
	if l.Fail == nil {
		return Fine
	}
	return l.Fail(call)
}

func (l *Ledger) hook(point string) {
	if l.Hook != nil {
		l.Hook(point)
	}
}

// Look brings what is new.
func (l *Ledger) Look(_ context.Context, again bool) (runner.Look, error) {
	l.hook("before look")
	defer l.hook("after look")
	switch l.fault("look") {
	case Down, Lost, Late:
		return runner.Look{}, fmt.Errorf("look: %w", runner.ErrRemote)
	case Taken:
		l.Log.take(-1)
	}
	if err := l.lease(); err != nil {
		return runner.Look{}, err
	}
	out := runner.Look{Tip: l.Log.Tip, Blocked: l.Log.Blocked, Stop: l.Stop}
	if again || l.fresh {
		out.Reset, l.seen, l.fresh = true, 0, false
	}
	out.New = l.Log.All[l.seen:len(l.Log.All):len(l.Log.All)]
	l.seen = len(l.Log.All)
	return out, nil
}

// take gives the lease to a process under a new fence.
func (l *Log) take(process int) {
	l.lease.holder = process
	l.lease.fence++
	l.lease.revision++
}

// lease takes or keeps it.
func (l *Ledger) lease() error {
	now, at := l.Clock.Monotonic(), &l.Log.lease
	if at.holder == l.process && l.held {
		if now-l.began >= leaseRenew {
			at.revision++
			l.began = now
		}
		return nil
	}
	if l.held {
		l.held, l.fresh = false, true
	}
	if at.holder != 0 {
		if l.watched != at.revision {
			l.watched, l.since = at.revision, now
		}
		if now-l.since < leaseTTL+leaseSlack {
			return fmt.Errorf("process %d holds the lease: %w", at.holder, runner.ErrLost)
		}
	}
	l.Log.take(l.process)
	l.fence, l.held, l.fresh, l.began = at.fence, true, true, now
	return nil
}

// Flush pushes.
func (l *Ledger) Flush(_ context.Context, all []runner.Append) error {
	l.hook("before flush")
	began := l.Clock.Monotonic()
	f := l.fault("flush")
	switch f {
	case Down:
		return fmt.Errorf("flush: %w", runner.ErrRemote)
	case Race:
		return fmt.Errorf("flush: %w", runner.ErrRace)
	case Full:
		return fmt.Errorf("flush: %w", runner.ErrFull)
	case Taken:
		l.Log.take(-1)
	}
	if l.Log.last.holder != 0 { // what was on its way arrives first
		l.Log.land(&l.Log.last)
		l.Log.last = push{}
	}
	if !l.held || l.Log.lease.holder != l.process {
		return fmt.Errorf("flush: %w", runner.ErrLost)
	}
	p := push{from: l.seen, lease: l.Log.lease.revision, holder: l.process}
	p.records, p.blobs = gather(all)
	if f == Late {
		l.Log.last = p
		return fmt.Errorf("flush: %w", runner.ErrRemote)
	}
	if !l.Log.land(&p) {
		return fmt.Errorf("flush: %w", runner.ErrRace)
	}
	l.hook("after flush")
	if f == Lost {
		return fmt.Errorf("flush: %w", runner.ErrRemote)
	}
	l.seen, l.began = len(l.Log.All), began
	places(all, p.records)
	return nil
}

// Release gives the lease back, as at the end of a process that ends well.
func (l *Ledger) Release() {
	if l.held && l.Log.lease.holder == l.process {
		l.Log.lease.holder = 0
		l.Log.lease.revision++
	}
	l.held, l.fresh = false, true
}

// Fence is that of the lease.
func (l *Ledger) Fence() int64 {
	if !l.held {
		return 0
	}
	return l.fence
}

// Fresh reports whether the last acknowledged flush began recently enough.
func (l *Ledger) Fresh() bool {
	return l.held && l.Clock.Monotonic()-l.began < leaseTTL-leaseSlack
}

// Blob reads a blob.
func (l *Ledger) Blob(_, digest string) ([]byte, error) {
	b := l.Log.Blobs[digest]
	if b == nil {
		return nil, fmt.Errorf("no blob %s", digest)
	}
	return b, nil
}
