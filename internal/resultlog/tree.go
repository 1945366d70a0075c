package resultlog

import (
	"fmt"
	"slices"
	"sync"

	"golang.org/x/mod/sumdb/tlog"
)

// tree holds the stored hashes of a Merkle tree (tlog.StoredHashIndex). Logs of
// growing size share one: each looks only at its own beginning.
type tree struct {
	mu     sync.Mutex
	hashes hashes
}

// hashes is a list that grows without moving what is in it: a million records have
// two million. All blocks but the last are full, and never written again.
type hashes [][]tlog.Hash

// block is how many hashes are in one piece of memory: 128 KiB.
const block = 4096

func (h hashes) size() int64 {
	if len(h) == 0 {
		return 0
	}
	return int64(len(h)-1)*block + int64(len(h[len(h)-1]))
}

func (h hashes) at(i int64) tlog.Hash { return h[i/block][i%block] }

// first is a copy of the first n, which shares blocks that are full.
func (h hashes) first(n int64) hashes {
	out := slices.Clone(h[:n/block])
	if n%block > 0 {
		out = append(out, slices.Clone(h[n/block][:n%block]))
	}
	return out
}

func (h *hashes) add(one tlog.Hash) {
	last := len(*h) - 1
	switch {
	case last < 0: // of a small log
		*h, last = append(*h, nil), 0
	case len((*h)[last]) == block:
		*h, last = append(*h, make([]tlog.Hash, 0, block)), last+1
	}
	(*h)[last] = append((*h)[last], one)
}

// grow adds leaves to the tree of size records, or to a copy if others have
// grown it already.
func (t *tree) grow(size int64, leaves []tlog.Hash) *tree {
	t.mu.Lock()
	defer t.mu.Unlock()
	if stored := tlog.StoredHashCount(size); t.hashes.size() != stored {
		t = &tree{hashes: t.hashes.first(stored)}
	}
	for _, leaf := range leaves {
		t.add(size, leaf)
		size++
	}
	return t
}

func (t *tree) add(n int64, h tlog.Hash) {
	t.hashes.add(h)
	for level := 0; n&1 == 1; level++ {
		h = tlog.NodeHash(t.hashes.at(tlog.StoredHashIndex(level, n-1)), h)
		t.hashes.add(h)
		n >>= 1
	}
}

// ReadHashes implements tlog.HashReader.
func (t *tree) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	out := make([]tlog.Hash, len(indexes))
	for i, at := range indexes {
		if at < 0 || at >= t.hashes.size() {
			return nil, fmt.Errorf("hash %d of %d", at, t.hashes.size())
		}
		out[i] = t.hashes.at(at)
	}
	return out, nil
}

// root is the tree's hash at a size that it has reached.
func (t *tree) root(size int64) tlog.Hash {
	h, err := tlog.TreeHash(size, t)
	if err != nil {
		panic(err) // the caller looked at the size
	}
	return h
}

// leaf is the hash of a record that the tree has.
func (t *tree) leaf(seq int64) tlog.Hash {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.hashes.at(tlog.StoredHashIndex(0, seq))
}
