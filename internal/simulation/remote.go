package simulation

import (
	"maps"

	"github.com/patchops/patchops/internal/museum"
	"github.com/patchops/patchops/internal/progress"
	"github.com/patchops/patchops/internal/resultlog"
)

// org is the log that belongs to no client.
const org = "_org"

// lease is the branch that says who acts.
type lease struct {
	holder   string
	life     int
	fence    int64
	released bool
	version  int   // of the branch
	beat     int64 // when it was pushed
}

// entry is one record of the log, as the remote has it.
type entry struct {
	progress.Logged
	at  int64 // when it was pushed
	by  string
	tip int // the authorised tip that it was written under
}

// remote is the repository on the server. Pushes are atomic.
type remote struct {
	lease   lease
	entries []entry
	seq     map[string]int64
	blobs   map[string][]byte
	tip     int
	down    bool
	pushes  int64
	// Words are what people said and no record holds yet, changes what they agreed
	// to merge: tips by number.
	words   []resultlog.Record
	changes []int
	landed  map[int64]bool
}

func newRemote() *remote {
	return &remote{seq: map[string]int64{}, blobs: map[string][]byte{}, landed: map[int64]bool{}}
}

// push is one atomic push by a process: a child of the lease, and everything else or
// nothing. Next is the lease afterwards.
func (r *remote) push(p *process, seen lease, next lease, batch *batch) bool {
	if r.lease.version != seen.version && !museum.Planted("ledger-pushes-blindly") {
		return false
	}
	if r.lease.holder != next.holder && !r.lease.released && r.lease.version > 0 && p.w.now < r.lease.beat+leaseTTL+leaseSlack {
		p.w.breach("P7", "%s takes the lease %d s after %s renewed it", p.name, p.w.now-r.lease.beat, r.lease.holder)
	}
	next.version, next.beat = seen.version+1, p.w.now
	r.lease = next
	if batch == nil {
		return true
	}
	r.pushes++
	r.landed[batch.id] = true
	if batch.tip > 0 {
		r.tip = batch.tip
	}
	maps.Copy(r.blobs, batch.blobs)
	r.words, r.changes = r.words[batch.words:], r.changes[batch.changes:]
	batch.first = len(r.entries)
	for _, l := range batch.records {
		l.Record.V, l.Record.Seq, l.Record.Fence = 1, r.seq[l.Client], next.fence
		r.seq[l.Client]++
		r.entries = append(r.entries, entry{Logged: l, at: p.w.now, by: p.name, tip: r.tip})
	}
	p.w.pushed(p, r.entries[batch.first:])
	return true
}

// batch is what one flush appends.
type batch struct {
	id      int64
	records []progress.Logged
	blobs   map[string][]byte
	tip     int // main moves there; 0 it stays
	words   int // that it records, of those that waited
	changes int
	first   int // of its entries in the log
}

// disk is a state folder: what is on it survives the process.
type disk struct {
	wal    []*batch // written, and perhaps not synced
	synced int
	full   bool
	ids    int64
}

// crash loses what was not synced, or a part of it.
func (d *disk) crash(w *World) {
	if len(d.wal) > d.synced && w.rand.IntN(2) == 0 {
		w.notef("a torn write is cut off")
		d.wal = d.wal[:d.synced]
	}
	d.synced = len(d.wal)
}
