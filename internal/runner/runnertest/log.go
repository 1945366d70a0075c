package runnertest

import (
	"github.com/patchops/patchops/internal/canonical"
	"github.com/patchops/patchops/internal/progress"
	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/runner"
)

// Log is what the remote holds: the logs of all clients in the order in which records
// landed, and the lease. Several controllers share one.
type Log struct {
	All   []progress.Logged
	Tip   string
	Blobs map[string][]byte
	// Blocked are clients for whom main holds what nobody authorised.
	Blocked []string

	seq    map[string]int64
	newest string
	lease  lease
	last   push // of a push that is still on its way
}

// lease is the branch: every change is a new revision.
type lease struct {
	holder   int // number of a process; 0 nobody
	fence    int64
	revision int64
}

// push is what one Flush asks of the remote.
type push struct {
	from    int // length of All that it was made on
	lease   int64
	records []progress.Logged
	blobs   [][]byte
	holder  int
}

// NewLog is an empty log on an authorised tip.
func NewLog(tip string) *Log {
	return &Log{Tip: tip, All: make([]progress.Logged, 0, 64), Blobs: map[string][]byte{}, seq: map[string]int64{}}
}

// Add is somebody else's record: a person's hold, a fact. Whoever flushes next is too
// late and has to look again.
func (l *Log) Add(client string, r resultlog.Record) {
	r.V = 1
	r.Seq = l.seq[client]
	l.seq[client]++
	l.newest = max(l.newest, r.T)
	l.All = append(l.All, progress.Logged{Client: client, Record: r})
	l.last = push{}
}

// Fence is the highest fence so far.
func (l *Log) Fence() int64 { return l.lease.fence }

// land is what the remote does with a push: all or nothing, and nothing if anything
// else came first.
func (l *Log) land(p *push) bool {
	if p.from != len(l.All) || p.lease != l.lease.revision || p.holder != l.lease.holder {
		return false
	}
	l.lease.revision++
	for i := range p.records {
		r := &p.records[i].Record
		r.Seq = l.seq[p.records[i].Client]
		l.seq[p.records[i].Client]++
		if r.T < l.newest {
			r.T = l.newest
		}
		l.newest = r.T
	}
	l.All = append(l.All, p.records...)
	for _, b := range p.blobs {
		l.Blobs[canonical.Digest(b)] = b
	}
	return true
}

// Of are the records of one kind, in order.
func (l *Log) Of(k resultlog.Kind) []resultlog.Record {
	var out []resultlog.Record
	for i := range l.All {
		if l.All[i].Record.Kind == k {
			out = append(out, l.All[i].Record)
		}
	}
	return out
}

// gather copies what a flush appends; records are written to with their places.
func gather(all []runner.Append) (records []progress.Logged, blobs [][]byte) {
	n := 0
	for i := range all {
		n += len(all[i].Records)
	}
	records = make([]progress.Logged, 0, n)
	for i := range all {
		for j := range all[i].Records {
			records = append(records, progress.Logged{Client: all[i].Client, Record: all[i].Records[j]})
		}
		blobs = append(blobs, all[i].Blobs...)
	}
	return records, blobs
}

// places tells whoever flushed where its records are.
func places(all []runner.Append, landed []progress.Logged) {
	n := 0
	for i := range all {
		for j := range all[i].Records {
			r := &all[i].Records[j]
			r.Seq, r.T = landed[n].Record.Seq, landed[n].Record.T
			n++
		}
	}
}
