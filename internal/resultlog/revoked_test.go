package resultlog

import (
	"errors"
	"fmt"
	"maps"
	"strings"
	"testing"
	"testing/fstest"

	"pgregory.net/rapid"

	"github.com/patchops/patchops/internal/trust"
)

// leaked is a log whose first size records key a signed by right, before somebody else
// had the key and appended more. Key b follows.
func leaked(t testing.TB, size, more int) *branch {
	b := newBranch(t)
	for n := 1; n < size; n++ {
		b.append(denial(n))
	}
	for n := range more {
		b.append(denial(1000 + n))
	}
	return b
}

// revoke makes the next root of trust: key a is revoked, with so many records good.
func (b *branch) revoke(size int64) {
	_, next := logKey("b")
	good := trust.Good{Log: b.log.Name.Log(), Size: size}
	if size > 0 {
		good.Hash = b.log.tree.root(size).String()
	}
	_, text := storyRoot(b.t, b.root.LogKeys...)
	first, err := trust.Parse([]byte(text))
	if err != nil {
		b.t.Fatal(err)
	}
	b.root.Version, b.root.Previous = 2, first.Digest()
	b.root.Revoked = []trust.Revoked{{Key: b.root.LogKeys[0], Good: []trust.Good{good}, Reason: "leaked"}}
	b.root.LogKeys = append(b.root.LogKeys, next)
	if err := b.root.Check(); err != nil {
		b.t.Fatal(err)
	}
}

// back is the log as it was with so many records; what is appended next follows the tip.
func (b *branch) back(size int64) {
	b.t.Helper()
	b.log, b.files = New(b.log.Name, nil), fstest.MapFS{}
	for _, c := range b.commits {
		_, key := logKey("a")
		log, _, err := Open(b.log.Name, b.trees[c.ID], keysOf(b.t, key))
		if err == nil && log.Size == size {
			b.log, b.files = log, maps.Clone(b.trees[c.ID])
			return
		}
	}
	if size > 0 {
		b.t.Fatalf("no commit has %d records", size)
	}
}

// mended takes the log back as the controller does: behind what is good a gap that
// names the abandoned tip, and the revocation, by the new key.
func (b *branch) mended(size int64) {
	b.t.Helper()
	tip := b.tip()
	b.back(size)
	b.signer, _ = logKey("b")
	records := []Record{{Kind: Gap, Commit: tip, Why: "revoked"}, {Kind: KeyRevoke, Key: b.root.LogKeys[0], Size: size}}
	if size == 0 {
		_, text := storyRoot(b.t, b.root.LogKeys[0])
		records = append([]Record{{Kind: RootKind, Root: text}}, records...)
	}
	b.append(records...)
}

// faulty wants a fault that says why.
func faulty(t *testing.T, name string, err error, why string) {
	t.Helper()
	if !errors.Is(err, ErrIntegrity) && !errors.Is(err, ErrCheckpoint) || err == nil || !strings.Contains(err.Error(), why) {
		t.Errorf("%s: %v, wanted %q", name, err, why)
	}
}

// A revoked log key: what stands behind the last good record is taken back, and all
// goes on with the next key.
func TestRevokedLogKey(t *testing.T) {
	for _, c := range []struct{ size, more int }{{4, 3}, {4, 0}, {1, 1}, {0, 3}} {
		b := leaked(t, max(c.size, 1), c.more)
		b.revoke(int64(c.size))
		if c.more > 0 {
			_, err := b.verify()
			faulty(t, "not taken back yet", err, "by a log key that the owners revoked")
			b.mended(int64(c.size))
		} else {
			b.signer, _ = logKey("b")
			b.append(Record{Kind: KeyRevoke, Key: b.root.LogKeys[0], Size: int64(c.size)})
		}
		b.append(denial(7))
		got, err := b.verify()
		if err != nil {
			t.Fatalf("%+v: %v", c, err)
		}
		if l := got[0].Log; len(l.Revoked()) != 1 {
			t.Errorf("%+v: %d records, revoked %q", c, l.Size, l.Revoked())
		}
		// Who kept the key goes on in vain.
		b.signer, _ = logKey("a")
		b.append(denial(8))
		_, err = b.verify()
		faulty(t, "by the revoked key", err, "revoked")
	}
}

// What is less than the owners' word, or another one, is refused.
func TestRevokedLogKeyNothingWeaker(t *testing.T) {
	rightly := func(t *testing.T) *branch {
		b := leaked(t, 4, 3)
		b.revoke(4)
		return b
	}
	for name, c := range map[string]struct {
		do  func(b *branch)
		why string
	}{
		"no root says it":    {func(b *branch) { b.mended(4); b.root.Revoked = nil }, "revoked by nobody"},
		"no root, no record": {func(b *branch) { b.back(4); b.signer, _ = logKey("b"); b.append(denial(9)); b.root.Revoked = nil }, "forked"},
		"another size":       {func(b *branch) { b.mended(3) }, "another record than was signed"},
		"a larger size":      {func(b *branch) { b.mended(5) }, "as of 5 records, and the root of trust says 4"},
		"fewer records":      {func(b *branch) { b.back(2); b.signer, _ = logKey("b"); b.append(denial(9)) }, "rewound: 3 records are there"},
		"other records":      {func(b *branch) { b.back(2); b.signer, _ = logKey("b"); b.append(denial(8), denial(9)) }, "forked: its first 4"},
		"another log":        {func(b *branch) { b.root.Revoked[0].Good[0].Log = "acme/2025"; b.mended(4) }, "the root of trust says 0"},
		"all records kept":   {func(b *branch) { b.signer, _ = logKey("b"); b.append(denial(9)) }, "not ours"},
		"one record kept": {func(b *branch) {
			tip := b.tip()
			b.back(5)
			b.signer, _ = logKey("b")
			b.append(Record{Kind: Gap, Commit: tip})
		}, "not ours"},
		"without a gap": {func(b *branch) { b.back(4); b.signer, _ = logKey("b"); b.append(denial(9)) }, "without a gap"},
		"a gap of another tip": {func(b *branch) {
			b.back(4)
			b.signer, _ = logKey("b")
			b.append(Record{Kind: Gap, Commit: b.commits[4].ID})
		}, "without a gap"},
		"by the revoked key":    {func(b *branch) { tip := b.tip(); b.back(4); b.append(Record{Kind: Gap, Commit: tip}) }, "that the owners revoked"},
		"it says so of another": {func(b *branch) { b.mended(4); b.append(Record{Kind: KeyRevoke, Key: b.root.LogKeys[1], Size: 5}) }, "revoked by nobody"},
		"it endorses another": {func(b *branch) {
			_, third := logKey("c")
			add, err := AddKey(storyRepository, third, b.signer)
			b.mended(4)
			if b.signer, _ = logKey("c"); err != nil {
				b.t.Fatal(err)
			}
			b.append(add, denial(1))
		}, "no known log key endorsed"},
	} {
		b := rightly(t)
		c.do(b)
		_, err := b.verify()
		faulty(t, name, err, c.why)
	}
	// Only keys, and nobody says whose word counts.
	b := rightly(t)
	b.mended(4)
	_, err := Verify([]Source{b.source()}, Options{Keys: keysOf(t, b.root.LogKeys[1])})
	faulty(t, "no root", err, "needs the root of trust")
}

// Whoever has the key may also sign a smaller log than the good one, or another.
func TestRevokedLogKeyForks(t *testing.T) {
	for _, size := range []int64{1, 3} {
		b := leaked(t, 4, 1)
		forge := func() {
			log, files := b.log, b.files
			b.back(size)
			b.append(denial(666))
			b.log, b.files = log, files
		}
		forge()
		_, err := b.verify()
		faulty(t, "nothing is revoked", err, "")
		b.revoke(4)
		b.mended(4)
		if _, err := b.verify(); err != nil {
			t.Errorf("a fork by the revoked key: %v", err)
		}
		// What it signed before it was in wrong hands is held against the log for ever.
		_, a := logKey("a")
		log, _, err := Open(b.log.Name, b.trees[b.commits[1].ID], keysOf(t, a))
		if err != nil {
			t.Fatal(err)
		}
		if err := b.log.Consistent(log.Checkpoint, mustKeys(t, b)); err != nil || b.log.SetAside(log.Checkpoint, mustKeys(t, b)) != "" {
			t.Errorf("a good checkpoint: %v", err)
		}
		fork := &branch{writer: newWriter(t), root: b.root, trees: map[string]fstest.MapFS{}}
		fork.log = New(b.log.Name, nil)
		fork.append(denial(5), denial(6))
		faulty(t, "a fork below the good size", b.log.Consistent(fork.log.Checkpoint, mustKeys(t, b)), "forked")
	}
}

// A checkpoint that somebody kept is let go only if the owners revoked its key, and with
// an explanation.
func TestRevokedLogKeyAndKeptCheckpoints(t *testing.T) {
	b := leaked(t, 4, 3)
	kept := b.log.Checkpoint
	c, _ := Unsigned(kept)
	next, _ := logKey("b")
	both, err := c.Sign(b.signer, next)
	if err != nil {
		t.Fatal(err)
	}
	b.revoke(4)
	b.mended(4)
	for range 4 {
		b.append(denial(9))
	}
	verify := func(seen ...[]byte) ([]Verified, error) {
		s := b.source()
		s.Seen = seen
		return Verify([]Source{s}, Options{Keys: mustKeys(t, b), Root: b.root})
	}
	got, err := verify(kept)
	if err != nil || len(got[0].Notes) != 1 || !strings.Contains(got[0].Notes[0], "over 7 records") || !strings.Contains(got[0].Notes[0], "first 4") {
		t.Fatalf("%v: %+v", err, got)
	}
	_, err = verify(both)
	faulty(t, "signed by a key that counts, too", err, "forked")
	b.root.Revoked[0].Good[0].Log, b.root.Revoked[0].Good[0].Size = "acme/2025", 4
	_, err = verify(kept)
	faulty(t, "another log was meant", err, "")
}

// Whatever was good, whatever came behind it and wherever it is taken back to, exactly
// the owners' size is accepted.
func TestRevokedLogKeyProperty(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		good, more := rapid.IntRange(0, 6).Draw(rt, "good"), rapid.IntRange(1, 5).Draw(rt, "more")
		b := leaked(t, max(good, 1), more)
		if good == 0 {
			more++ // with the root
		}
		all, said := int64(good+more), rapid.IntRange(0, good+more).Draw(rt, "said")
		b.revoke(int64(good))
		back := int64(said)
		b.mended(back)
		for n := range rapid.IntRange(0, 3).Draw(rt, "then") {
			b.append(denial(n))
		}
		_, err := b.verify()
		if (err == nil) != (back == int64(good)) {
			rt.Fatalf("%d of %d records are good, taken back to %d: %v", good, all, back, err)
		}
	})
}

// A log of which the owners said nothing: what the revoked key signs there never counts.
func TestRevokedLogKeyElsewhere(t *testing.T) {
	b := leaked(t, 4, 0)
	b.revoke(4)
	other := newBranch(t)
	other.root = b.root
	other.log, other.files, other.commits = New(Name{Repository: storyRepository, Client: "globex", Year: 2026}, nil), fstest.MapFS{}, nil
	_, text := storyRoot(t, b.root.LogKeys[0])
	other.append(Record{Kind: RootKind, Root: text})
	_, err := other.verify()
	faulty(t, "another log", err, "of globex/2026 the first 0")
	other.mended(0)
	other.root.Revoked[0].Good = append(other.root.Revoked[0].Good, trust.Good{Log: "globex/2026"})
	if _, err := other.verify(); err != nil {
		t.Error(err)
	}
}

// A proof stands alone: of fewer records than are good whoever took the key may have signed
// others. Only the very tree that the owners named is not to be forged.
func TestRevokedLogKeyAndProofs(t *testing.T) {
	prove := func(b *branch, size, seq int64) Proof {
		b.back(size)
		line, err := b.log.LineOf(b.files, seq)
		if err != nil {
			t.Fatal(err)
		}
		p, err := b.log.Prove(line, seq, b.root.LogKeys[0])
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	b := leaked(t, 4, 2)
	b.revoke(4)
	keys := mustKeys(t, b)
	forged := newBranch(t)
	forged.append(denial(666))
	forged.append(denial(667), denial(668))
	for name, c := range map[string]struct {
		p   Proof
		why string
	}{
		"what is good":       {prove(b, 4, 2), ""},
		"more":               {prove(b, 5, 2), "the owners revoked"},
		"fewer":              {prove(b, 3, 2), "make it anew"},
		"forged, of as many": {prove(forged, 4, 2), "make it anew"},
		"forged, of fewer":   {prove(forged, 2, 1), "make it anew"},
	} {
		if _, _, err := c.p.Check(keys); (err == nil) != (c.why == "") || err != nil && !strings.Contains(err.Error(), c.why) {
			t.Errorf("%s: %v, wanted %q", name, err, c.why)
		}
	}
}

// The log of the next year begins behind what was good, and the key counts for nothing in it.
func TestRevokedLogKeyNextYear(t *testing.T) {
	b := leaked(t, 4, 2)
	b.revoke(4)
	b.mended(4)
	name, start, _ := b.log.Successor(2027)
	next := newBranch(t)
	next.root, next.now = b.root, b.now
	next.log, next.files, next.commits = New(name, nil), fstest.MapFS{}, nil
	next.signer = b.signer
	next.append(start)
	next.append(denial(1))
	o := Options{Keys: mustKeys(t, b), Root: b.root}
	if _, err := Verify([]Source{b.source(), next.source()}, o); err != nil {
		t.Fatal(err)
	}
	next.signer, _ = logKey("a")
	next.append(denial(2))
	_, err := Verify([]Source{b.source(), next.source()}, o)
	faulty(t, "the next year", err, fmt.Sprintf("of %s the first 0", name.Log()))
}

// The log of last year is taken back though another follows it: that one rests on what was
// good. Anything else behind what it names is refused.
func TestRevokedLogKeyLastYear(t *testing.T) {
	b := leaked(t, 4, 0)
	name, start, _ := b.log.Successor(2027)
	next := newBranch(t)
	next.log, next.files, next.commits = New(name, b.root.LogKeys), fstest.MapFS{}, nil
	next.append(start)
	next.append(denial(1))
	b.append(denial(2))
	b.revoke(4)
	b.root.Revoked[0].Good = append(b.root.Revoked[0].Good, trust.Good{Log: name.Log(), Size: 2, Hash: next.log.Root().String()})
	o := Options{Keys: mustKeys(t, b), Root: b.root}
	_, err := Verify([]Source{b.source(), next.source()}, o)
	faulty(t, "not taken back", err, "that the owners revoked")
	b.mended(4)
	if _, err := Verify([]Source{b.source(), next.source()}, o); err != nil {
		t.Fatal(err)
	}
	b.append(denial(3))
	_, err = Verify([]Source{b.source(), next.source()}, o)
	faulty(t, "it goes on", err, "the log before")
}

// Somebody appends and then puts back what was there: whoever goes on must still say so.
func TestWhatIsRestoredInSilenceIsForeign(t *testing.T) {
	b := leaked(t, 4, 0)
	log, files := b.log, maps.Clone(b.files)
	b.files["strange"] = &file{Data: []byte("x")}
	b.commit(1)
	b.log, b.files = log, files
	b.commit(1)
	_, err := b.verify()
	faulty(t, "nobody says so", err, "not ours")
	b.append(Record{Kind: Gap, Commit: b.tip(), Why: "others wrote"})
	if _, err := b.verify(); err != nil {
		t.Error(err)
	}
	b = leaked(t, 4, 1)
	b.revoke(4)
	b.back(4)
	b.commit(1)
	_, err = b.verify()
	faulty(t, "records are gone in silence", err, "not ours")
	b.mended(4)
	if _, err := b.verify(); err != nil {
		t.Error(err)
	}
}
