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
	hashes []tlog.Hash
}

// grow adds leaves to the tree of size records, or to a copy if others have
// grown it already.
func (t *tree) grow(size int64, leaves []tlog.Hash) *tree {
	t.mu.Lock()
	defer t.mu.Unlock()
	if stored := tlog.StoredHashCount(size); int64(len(t.hashes)) != stored {
		t = &tree{hashes: slices.Clone(t.hashes[:stored])}
	}
	for _, leaf := range leaves {
		t.add(size, leaf)
		size++
	}
	return t
}

func (t *tree) add(n int64, h tlog.Hash) {
	t.hashes = append(t.hashes, h)
	for level := 0; n&1 == 1; level++ {
		h = tlog.NodeHash(t.hashes[tlog.StoredHashIndex(level, n-1)], h)
		t.hashes = append(t.hashes, h)
		n >>= 1
	}
}

// ReadHashes implements tlog.HashReader.
func (t *tree) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	out := make([]tlog.Hash, len(indexes))
	for i, at := range indexes {
		if at < 0 || at >= int64(len(t.hashes)) {
			return nil, fmt.Errorf("hash %d of %d", at, len(t.hashes))
		}
		out[i] = t.hashes[at]
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
	return t.hashes[tlog.StoredHashIndex(0, seq)]
}
