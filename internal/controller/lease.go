package controller

import (
	"fmt"
	"io/fs"
	"time"

	"github.com/patchops/patchops/internal/canonical"
)

// Lease is what the branch patchops/lease says: who acts, under which fence.
type Lease struct {
	Fence    int64  `json:"fence"`
	Holder   string `json:"holder"`  // one for each state folder
	Process  string `json:"process"` // one for each process: two never make one commit
	Released bool   `json:"released"`
	TTL      int64  `json:"ttl"` // seconds
}

// Times of the lease (authority.md 5).
const (
	leaseTTL   = 120 * time.Second
	leaseSlack = 30 * time.Second
	leaseFile  = "lease"
	// highestFence is far above what a controller ever counts to, and below where
	// integers end.
	highestFence = 1 << 50
)

// encode is the lease's file.
func (l Lease) encode() []byte {
	b, err := canonical.Marshal(l)
	if err != nil {
		panic(err) // strings and integers always encode
	}
	return append(b, '\n')
}

// readLease reads the lease of a commit's files. One that cannot be read counts
// as held by nobody known, under a fence of 0: it is taken like any other once it
// stood still for long enough.
func readLease(files fs.FS) Lease {
	b, err := fs.ReadFile(files, leaseFile)
	var l Lease
	if err != nil || len(b) == 0 || len(b) > 4096 || canonical.Unmarshal(b[:len(b)-1], &l) != nil || l.Fence < 0 || l.Fence > highestFence {
		return Lease{Holder: "unknown", TTL: int64(leaseTTL / time.Second)}
	}
	return l
}

// watch is since when, on our own monotonic clock, the lease's branch stands
// where it does. What other clocks say does not count.
type watch struct {
	tip   string
	since time.Duration
	seen  bool
}

// look takes note of the branch's tip.
func (w *watch) look(tip string, now time.Duration) {
	if !w.seen || w.tip != tip {
		*w = watch{tip, now, true}
	}
}

// free reports whether the lease may be taken: absent, released, ours (the state
// folder's lock says that whoever took it for us is gone), or unchanged for its
// time and the slack. Otherwise wait is how long it must still stand.
func (w *watch) free(l Lease, me string, now time.Duration) (free bool, wait time.Duration) {
	if w.tip == "" || l.Released || l.Holder == me {
		return true, 0
	}
	stands, wanted := now-w.since, min(max(time.Duration(l.TTL)*time.Second, leaseTTL), time.Hour)+leaseSlack
	return stands >= wanted, wanted - stands
}

// held is our lease.
type held struct {
	fence int64
	tip   string        // of the branch, as we pushed it
	began time.Duration // when the last acknowledged flush began
}

// fresh reports whether we may act without asking the remote: the last
// acknowledged flush began less than the time less the slack ago.
func (h *held) fresh(now time.Duration) bool { return now-h.began < leaseTTL-leaseSlack }

// heldBy explains a lease that is not ours.
func heldBy(l Lease, wait time.Duration) error {
	return fmt.Errorf("%w: %q, fence %d; if it is gone, the lease is free in %s of watching (patchops run without --once)",
		ErrHeld, l.Holder, l.Fence, wait.Round(time.Second))
}
