package resultlog

import (
	"testing"

	"golang.org/x/mod/sumdb/tlog"
)

// TestTreesShareBlocks: trees that grow from one beginning, each at another place of a
// block, keep their own hashes, and each has the root that a tree made in one go has.
func TestTreesShareBlocks(t *testing.T) {
	leaf := func(who byte, n int) (h tlog.Hash) {
		h[0], h[1], h[2] = who, byte(n), byte(n>>8)
		return h
	}
	leaves := func(who byte, from, to int) (out []tlog.Hash) {
		for n := from; n < to; n++ {
			out = append(out, leaf(who, n))
		}
		return out
	}
	const whole = 3 * block
	base := (&tree{}).grow(0, leaves(0, 0, whole))
	for _, at := range []int{0, 1, 100, block/2 - 1, block / 2, block/2 + 1, block, whole - 1, whole} {
		first := base.grow(int64(at), leaves(1, at, at+block))
		second := base.grow(int64(at), leaves(2, at, at+block))
		for who, grown := range map[byte]*tree{1: first, 2: second} {
			if at == whole && who == 1 {
				continue // the first of them went on in place
			}
			want := (&tree{}).grow(0, append(leaves(0, 0, at), leaves(who, at, at+block)...))
			size := int64(at + block)
			if grown.root(size) != want.root(size) || grown.hashes.size() != tlog.StoredHashCount(size) {
				t.Errorf("from %d: root %s and %d hashes, wanted %s", at, grown.root(size), grown.hashes.size(), want.root(size))
			}
			if got := grown.leaf(size - 1); got != leaf(who, int(size)-1) {
				t.Errorf("from %d: the last leaf is %v", at, got)
			}
		}
	}
	if want := (&tree{}).grow(0, leaves(0, 0, whole)); base.root(whole) != want.root(whole) {
		t.Error("growing copies changed the first tree")
	}
	if _, err := base.ReadHashes([]int64{base.hashes.size()}); err == nil {
		t.Error("a hash beyond the end")
	}
}
