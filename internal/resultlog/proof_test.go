package resultlog

import (
	"bytes"
	"errors"
	"testing"

	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"
)

// TestProofs: every record of every size has a proof that holds, and none that says
// another thing does.
func TestProofs(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w := newWriter(t)
		size := rapid.IntRange(1, 40).Draw(rt, "size")
		w.add(denials(size)...)
		seq := int64(rapid.IntRange(0, size-1).Draw(rt, "seq"))
		line, err := w.log.LineOf(w.files, seq)
		if err != nil {
			rt.Fatal(err)
		}
		p, err := w.log.Prove(line, seq)
		if err != nil {
			rt.Fatal(err)
		}
		text := p.Text()
		parsed, err := ParseProof(text)
		if err != nil {
			rt.Fatal(err)
		}
		_, key := logKey("a")
		r, c, err := parsed.Check(keysOf(t, key))
		if err != nil || r.Seq != seq || c.Size != int64(size) || c.Origin != testName.Origin() {
			rt.Fatalf("%+v of %+v: %v", r, c, err)
		}
		at := rapid.IntRange(0, len(text)-1).Draw(rt, "at")
		broken := bytes.Clone(text)
		broken[at] ^= byte(rapid.IntRange(1, 127).Draw(rt, "bits"))
		if p, err := ParseProof(broken); err == nil {
			if again, _, err := p.Check(keysOf(t, key)); err == nil && (again.Seq != r.Seq || again.Change != r.Change || p.Key == parsed.Key) {
				rt.Fatalf("byte %d changed, and it proves %+v", at, again)
			}
		}
	})
}

func TestProofsOfStrangers(t *testing.T) {
	w := newWriter(t)
	w.add(denials(5)...)
	line, err := w.log.LineOf(w.files, 2)
	if err != nil {
		t.Fatal(err)
	}
	p, err := w.log.Prove(line, 2)
	if err != nil {
		t.Fatal(err)
	}
	_, other := logKey("b")
	if _, _, err := p.Check(keysOf(t, other)); !errors.Is(err, ErrProof) {
		t.Errorf("by another key: %v", err)
	}
	p.Line = bytes.Replace(p.Line, []byte("change-2"), []byte("change-3"), 1)
	if _, _, err := p.Check(nil); !errors.Is(err, ErrProof) {
		t.Errorf("of another record: %v", err)
	}
	if _, err := w.log.Prove(line, 5); err == nil {
		t.Error("beyond the end")
	}
	if _, err := w.log.LineOf(w.files, 5); err == nil {
		t.Error("a line beyond the end")
	}
	if _, err := (&Log{Name: testName, tree: w.log.tree, Size: 5}).Prove(line, 2); err == nil {
		t.Error("without a key")
	}
}

// TestProofIsSmall: under 1 KB of hashes and about 2 KB in all at a million records.
func TestProofIsSmall(t *testing.T) {
	signer, key := logKey("a")
	tree := (&tree{}).grow(0, make([]tlog.Hash, MaxRecords))
	l := &Log{Name: testName, Size: MaxRecords, Keys: []string{key}, tree: tree}
	var err error
	if l.Checkpoint, err = (Checkpoint{Origin: testName.Origin(), Size: MaxRecords, Root: tree.root(MaxRecords), Fence: 1}).Sign(signer); err != nil {
		t.Fatal(err)
	}
	p, err := l.Prove(bytes.Repeat([]byte("x"), 490), 123_456)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(p.Path) * tlog.HashSize; n >= 1000 || len(p.Text()) > 2048 {
		t.Errorf("%d bytes of hashes, %d in all", n, len(p.Text()))
	}
}

// FuzzProof: what parses is written back as it was, and no bytes make Check panic.
func FuzzProof(f *testing.F) {
	w := newWriter(f)
	w.add(denials(7)...)
	for seq := range w.log.Size {
		line, err := w.log.LineOf(w.files, seq)
		if err != nil {
			f.Fatal(err)
		}
		p, err := w.log.Prove(line, seq)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(p.Text())
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := ParseProof(text)
		if err != nil {
			return
		}
		if !bytes.Equal(p.Text(), text) {
			t.Fatalf("%q", text)
		}
		_, _, _ = p.Check(nil)
	})
}

// FuzzCheckpoint: what parses is written back as it was.
func FuzzCheckpoint(f *testing.F) {
	w := newWriter(f)
	signed := w.add(denials(7)...).Checkpoint
	f.Add(signed)
	f.Add([]byte("patchops/r/c/2026\n07\nx\nfence 1\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if c, err := parseCheckpoint(string(b)); err == nil && c.text() != string(b) {
			t.Fatalf("%q is read as %+v", b, c)
		}
		_, key := logKey("a")
		c, err := OpenCheckpoint(b, keysOf(t, key))
		if err == nil && (c.Size != 7 || c.Origin != testName.Origin()) {
			t.Fatalf("%+v was never signed", c)
		}
		_, _ = Unsigned(b)
	})
}

// TestProofWithoutKeysFile: anybody may have emptied the list of keys, which proves nothing.
func TestProofWithoutKeysFile(t *testing.T) {
	b := approved(t)
	key := b.log.Keys[0]
	b.log.Keys = nil
	line, err := b.log.LineOf(b.files, 1)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.log.Prove(line, 1); !errors.Is(err, ErrProof) {
		t.Error("by no key:", err)
	}
	if p, err := b.log.Prove(line, 1, key); err != nil || p.Key != key {
		t.Error(err)
	}
}

// TestASignatureHasOneText: bits of base64 that no byte needs must be zero.
func TestASignatureHasOneText(t *testing.T) {
	if !strictlySigned([]byte("text\n\n\u2014 log AAAAAA==\n")) || strictlySigned([]byte("text\n\n\u2014 log AAAAAB==\n")) {
		t.Error("a signature that can be written in two ways")
	}
}
