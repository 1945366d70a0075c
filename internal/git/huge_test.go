package git

import (
	"bytes"
	"compress/zlib"
	"crypto/sha1" //nolint:gosec // what a pack ends with
	"encoding/binary"
	"encoding/hex"
	"errors"
	"runtime"
	"testing"
)

const huge = 80 << 20 // over the limit of a file

// R36: an object over the limit is not inflated, loose or packed.
func TestAHugeObjectCostsLittle(t *testing.T) {
	s := newSandbox(t)
	s.git("config", "core.compression", "1")
	big := s.gitIn(make([]byte, huge), "hash-object", "-w", "--stdin")
	c := s.commitTree(s.tree(one{"100644", "big.csv", big}, one{"100644", "small.yaml", s.blob("x\n")}))
	s.git("update-ref", "refs/heads/main", c)
	for _, packed := range []bool{false, true} {
		if packed {
			s.git("gc", "-q", "--prune=now")
		}
		before := allocated()
		tree := readTree(t, s.open(), c, "")
		wantProblems(t, tree, "git/limit big.csv")
		if _, err := tree.ReadFile("big.csv"); !errors.Is(err, ErrTooLarge) {
			t.Errorf("read: %v", err)
		}
		if b, err := tree.ReadFile("small.yaml"); err != nil || string(b) != "x\n" {
			t.Errorf("%q, %v", b, err)
		}
		if used := allocated() - before; used > 16<<20 {
			t.Errorf("packed %v: %d MiB allocated, want less than 16", packed, used>>20)
		}
	}
}

// Nor is the base that a file of ten bytes is cut from.
func TestASmallPartOfAHugeObjectCostsLittle(t *testing.T) {
	s := newSandbox(t)
	base := make([]byte, huge)
	delta := binary.AppendUvarint(binary.AppendUvarint(nil, huge), 10)
	delta = append(delta, 0x90, 10) // copy ten bytes from the start
	var pack bytes.Buffer
	pack.WriteString("PACK\x00\x00\x00\x02\x00\x00\x00\x02")
	deflate(t, &pack, 3, len(base), nil, base)
	id, err := hex.DecodeString(s.gitIn(base, "hash-object", "--stdin"))
	if err != nil {
		t.Fatal(err)
	}
	deflate(t, &pack, 7, len(delta), id, delta)
	sum := sha1.Sum(pack.Bytes())
	pack.Write(sum[:])
	s.gitIn(pack.Bytes(), "index-pack", "--stdin")
	small := s.gitIn(base[:10], "hash-object", "--stdin")
	c := s.commitTree(s.tree(one{"100644", "small.yaml", small}))
	before := allocated()
	tree := readTree(t, s.open(), c, "")
	wantProblems(t, tree, "git/limit small.yaml")
	if _, err := tree.ReadFile("small.yaml"); !errors.Is(err, ErrTooLarge) {
		t.Errorf("read: %v", err)
	}
	if used := allocated() - before; used > 16<<20 {
		t.Errorf("%d MiB allocated, want less than 16", used>>20)
	}
}

// deflate writes one object of a pack: its type and size, what a delta refers
// to, and the content.
func deflate(t *testing.T, w *bytes.Buffer, kind byte, size int, reference, content []byte) {
	t.Helper()
	first := kind<<4 | byte(size&15)
	for size >>= 4; size > 0; size >>= 7 {
		w.WriteByte(first | 0x80)
		first = byte(size & 127)
	}
	w.WriteByte(first)
	w.Write(reference)
	z := zlib.NewWriter(w)
	if _, err := z.Write(content); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
}

func allocated() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}
