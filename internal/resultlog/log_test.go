package resultlog

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"
)

var (
	testName  = Name{Repository: "r1", Client: "acme", Year: 2026}
	testStart = time.Date(2026, 3, 12, 9, 0, 0, 0, time.UTC)
)

// logKey is a log key that is the same in every run.
func logKey(seed string) (note.Signer, string) {
	skey, vkey, err := note.GenerateKey(&stream{seed: seed}, "patchops-"+seed)
	if err != nil {
		panic(err)
	}
	signer, err := note.NewSigner(skey)
	if err != nil {
		panic(err)
	}
	return signer, vkey
}

type stream struct {
	seed string
	n    int
}

func (s *stream) Read(b []byte) (int, error) {
	for i := range b {
		sum := sha256.Sum256(fmt.Appendf(nil, "%s%d", s.seed, s.n))
		b[i], s.n = sum[0], s.n+1
	}
	return len(b), nil
}

var _ io.Reader = (*stream)(nil)

func keysOf(t testing.TB, keys ...string) note.Verifiers {
	t.Helper()
	v, err := Verifiers(keys)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// writer appends to a log as a controller would, into files.
type writer struct {
	t      testing.TB
	log    *Log
	files  fstest.MapFS
	signer note.Signer
	now    time.Time
}

func newWriter(t testing.TB) *writer {
	signer, key := logKey("a")
	return &writer{t, New(testName, []string{key}), fstest.MapFS{}, signer, testStart}
}

// add appends records, each a second after the one before.
func (w *writer) add(records ...Record) Update {
	w.t.Helper()
	for i := range records {
		if records[i].T == "" {
			w.now = w.now.Add(time.Second)
			records[i].T = Instant(w.now)
		}
	}
	next, u, err := w.log.Append(records, 1, w.signer)
	if err != nil {
		w.t.Fatal(err)
	}
	w.log = next
	for name, content := range u.Files {
		w.files[name] = &fstest.MapFile{Data: content}
	}
	return u
}

func (w *writer) open() (*Log, []Record, error) {
	_, key := logKey("a")
	return Open(w.log.Name, w.files, keysOf(w.t, key))
}

func denial(n int) Record { return Record{Kind: Denial, Change: fmt.Sprintf("change-%d", n)} }

func denials(n int) []Record {
	out := make([]Record, n)
	for i := range out {
		out[i] = denial(i)
	}
	return out
}

// TestAppendInAnyBatching: however records are cut into appends, the root is that
// of x/mod's tlog over the lines, and Open reads them back.
func TestAppendInAnyBatching(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w := newWriter(t)
		var stored []tlog.Hash
		reader := tlog.HashReaderFunc(func(at []int64) ([]tlog.Hash, error) {
			var out []tlog.Hash
			for _, i := range at {
				out = append(out, stored[i])
			}
			return out, nil
		})
		for _, batch := range rapid.SliceOfN(rapid.IntRange(1, 9), 1, 8).Draw(rt, "batches") {
			before := w.log
			u := w.add(denials(batch)...)
			for _, r := range u.Records {
				line, err := r.Line()
				if err != nil {
					rt.Fatal(err)
				}
				more, err := tlog.StoredHashes(r.Seq, line, reader)
				if err != nil {
					rt.Fatal(err)
				}
				stored = append(stored, more...)
			}
			want, err := tlog.TreeHash(w.log.Size, reader)
			if err != nil || w.log.tree.root(w.log.Size) != want {
				rt.Fatalf("root %s, wanted %s (%v)", w.log.tree.root(w.log.Size), want, err)
			}
			if err := before.extends(Checkpoint{Size: before.Size, Root: before.tree.root(before.Size)}); err != "" {
				rt.Fatal("the log before has changed: ", err)
			}
		}
		l, records, err := w.open()
		if err != nil || l.Size != w.log.Size || int64(len(records)) != l.Size || !bytes.Equal(l.Checkpoint, w.log.Checkpoint) {
			rt.Fatalf("%d records of %d: %v", len(records), w.log.Size, err)
		}
	})
}

// TestTwoAppendsFromOneLog: a lost race is appended again from the log before.
func TestTwoAppendsFromOneLog(t *testing.T) {
	w := newWriter(t)
	w.add(denials(3)...)
	base := w.log
	w.add(denial(10), denial(11))
	first := w.log
	w.log = base
	w.add(denial(20))
	if first.tree.root(5) == w.log.tree.root(4) {
		t.Fatal("two logs have one root")
	}
	var whole []tlog.Hash
	for i := range int64(4) {
		h, err := w.log.tree.ReadHashes([]int64{tlog.StoredHashIndex(0, i)})
		if err != nil {
			t.Fatal(err)
		}
		whole = append(whole, h[0])
	}
	if got := (&tree{}).grow(0, whole).root(4); got != w.log.tree.root(4) {
		t.Fatalf("root %s, wanted %s", w.log.tree.root(4), got)
	}
	if l, _, err := w.open(); err != nil || l.Size != 4 {
		t.Fatal(err)
	}
}

// identified are files that know their contents' ids, and count what is read.
type identified struct {
	fstest.MapFS
	reads map[string]int
}

func (i identified) ContentID(name string) string {
	return fmt.Sprintf("%x", sha256.Sum256(i.MapFS[name].Data))
}

func (i identified) ReadFile(name string) ([]byte, error) {
	i.reads[name]++
	return i.MapFS.ReadFile(name)
}

// TestAdvance reads only what is new, comes to the same log as Open, and notices
// what changed before.
func TestAdvance(t *testing.T) {
	w := newWriter(t)
	_, key := logKey("a")
	w.add(denials(5)...)
	files := identified{w.files, map[string]int{}}
	l, _, err := Open(testName, files, keysOf(t, key))
	if err != nil {
		t.Fatal(err)
	}
	w.add(denials(3)...)
	next, records, err := l.Advance(files, keysOf(t, key))
	if err != nil || len(records) != 3 || next.Size != 8 || l.Size != 5 {
		t.Fatalf("%d records, %v", len(records), err)
	}
	if n := files.reads[segmentName(0)]; n != 1 {
		t.Errorf("the first segment was read %d times", n)
	}
	good := w.files[segmentName(0)]
	for name, bad := range map[string]string{
		"changed": strings.Replace(string(good.Data), "change-2", "change-x", 1),
		"longer":  string(good.Data) + string(good.Data),
		"shorter": string(good.Data[:bytes.IndexByte(good.Data, '\n')+1]),
		"none":    "",
	} {
		w.files[segmentName(0)] = &fstest.MapFile{Data: []byte(bad)}
		for _, fs := range []fs.FS{files, w.files} {
			if _, _, err := next.Advance(fs, keysOf(t, key)); !errors.Is(err, ErrIntegrity) {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	delete(w.files, segmentName(0))
	if _, _, err := next.Advance(w.files, keysOf(t, key)); !errors.Is(err, ErrIntegrity) {
		t.Errorf("removed: %v", err)
	}
}

// TestConsistent: every checkpoint of the past holds, and one of a fork shows both.
func TestConsistent(t *testing.T) {
	w := newWriter(t)
	_, key := logKey("a")
	keys := keysOf(t, key)
	var past [][]byte
	for range 20 {
		past = append(past, w.add(denials(3)...).Checkpoint)
	}
	for i, c := range past {
		if err := w.log.Consistent(c, keys); err != nil {
			t.Errorf("checkpoint %d: %v", i, err)
		}
	}
	other := newWriter(t)
	fork := other.add(Record{Kind: Lease}, denial(1), denial(2)).Checkpoint
	long := append(denials(99), denial(1))
	for name, bad := range map[string][]byte{"forked": fork, "rewound": other.add(long...).Checkpoint} {
		err := w.log.Consistent(bad, keys)
		var f *Fault
		if !errors.As(err, &f) || !errors.Is(err, ErrIntegrity) || !strings.Contains(f.Why, name) || len(f.Checkpoints) != 2 {
			t.Errorf("%s: %v", name, err)
		}
	}
	stranger, _ := logKey("b")
	c := Checkpoint{Origin: testName.Origin(), Size: 3, Root: w.log.tree.root(3)}
	signed, err := c.Sign(stranger)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.log.Consistent(signed, keys); !errors.Is(err, ErrCheckpoint) {
		t.Errorf("a stranger's checkpoint: %v", err)
	}
}

// TestAppendRefuses what would not verify.
func TestAppendRefuses(t *testing.T) {
	w := newWriter(t)
	w.add(denials(3)...)
	for name, r := range map[string]Record{
		"time back": {Kind: Denial, T: Instant(w.now.Add(-3 * time.Second))},
		"no time":   {Kind: Denial},
		"too long":  {Kind: Denial, T: Instant(w.now), Why: strings.Repeat("x", MaxLine)},
		"fence":     {Kind: Denial, T: Instant(w.now), Fence: 2},
		"kind":      {T: Instant(w.now)},
	} {
		if _, _, err := w.log.Append([]Record{r}, 1, w.signer); err == nil {
			t.Errorf("%s: is appended", name)
		}
	}
	if _, _, err := w.log.Append([]Record{{Kind: Denial, T: Instant(w.now)}}, 0, w.signer); err == nil {
		t.Error("fence back: is appended")
	}
	if _, _, err := w.log.Append(nil, 1, w.signer); err == nil {
		t.Error("nothing is appended")
	}
	w.add(Record{Kind: Denial, T: Instant(w.now.Add(-2 * time.Second))})
}

func TestNames(t *testing.T) {
	for _, n := range []Name{testName, {"r1", Org, 2026, 2}, {"r", "a", 1, 0}} {
		if got, ok := ParseBranch("patchops/log", n.Repository, n.Branch("patchops/log")); !ok || got != n {
			t.Errorf("%v is read as %v", n, got)
		}
		if got, ok := ParseOrigin(n.Origin()); !ok || got != n {
			t.Errorf("%v is read as %v", n, got)
		}
	}
	for _, bad := range []string{"", "x", "patchops/log/acme", "patchops/log//2026", "patchops/log/acme/026", "patchops/log/acme/2026-1", "patchops/log/acme/2026-02", "patchops/log/a/b/2026", "patchops/log/acme/+2026"} {
		if n, ok := ParseBranch("patchops/log", "r", bad); ok {
			t.Errorf("%q is read as %v", bad, n)
		}
	}
	next, r, ok := (&Log{Name: testName, Checkpoint: []byte("x")}).Successor(2027)
	if !ok || next.Year != 2027 || r.Last != "x" || !testName.before(next) {
		t.Errorf("the year after: %v %v", next, r)
	}
	if next, _, ok := (&Log{Name: testName, Size: MaxRecords}).Successor(2026); !ok || next.Branch("p") != "p/acme/2026-2" {
		t.Errorf("a full log: %v", next)
	}
}
