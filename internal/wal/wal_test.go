package wal

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
	"testing"

	"pgregory.net/rapid"
)

func texts(entries [][]byte) []string {
	out := []string{}
	for _, e := range entries {
		out = append(out, string(e))
	}
	return out
}

func mustOpen(t testing.TB, fs FS) (*WAL, []string, bool) {
	t.Helper()
	w, entries, torn, err := OpenFS(fs, 64)
	if err != nil {
		t.Fatal(err)
	}
	return w, texts(entries), torn
}

// TestWhatIsAppendedIsThere on a real disk, after Close and after none; Cut forgets.
func TestWhatIsAppendedIsThere(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "wal")
	open := func() (*WAL, []string) {
		w, entries, torn, err := Open(dir)
		if err != nil || torn {
			t.Fatal(err, torn)
		}
		return w, texts(entries)
	}
	w, _ := open()
	for _, e := range []string{"one", "", "two\n"} {
		if err := w.Append([]byte(e)); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, _, err := Open(dir); !errors.Is(err, ErrBusy) {
		t.Errorf("opened twice: %v", err)
	}
	if info, err := os.Stat(filepath.Join(dir, reserveFile)); err != nil || info.Size() != Reserve {
		t.Errorf("the reserve: %v", err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	w, got := open()
	if !slices.Equal(got, []string{"one", "", "two\n"}) {
		t.Fatalf("%q", got)
	}
	if err := w.Cut(); err != nil {
		t.Fatal(err)
	}
	if err := w.Append([]byte("three")); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if w, got = open(); !slices.Equal(got, []string{"three"}) {
		t.Fatalf("%q", got)
	}
	if err := w.Append(make([]byte, MaxEntry+1)); err == nil {
		t.Error("too large an entry is taken")
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
}

// filled is the bytes of a log of three entries, and where each frame ends.
func filled(t testing.TB) (content []byte, ends []int) {
	d := newDisk()
	w, _, _ := mustOpen(t, d)
	for i := range 3 {
		if err := w.Append(bytes.Repeat([]byte{'a' + byte(i)}, 700)); err != nil {
			t.Fatal(err)
		}
		ends = append(ends, len(d.files[logFile].bytes))
	}
	return d.files[logFile].bytes, ends
}

func onDisk(content []byte) *fakeDisk {
	d := newDisk()
	d.files[logFile] = &fakeFile{disk: d, bytes: content, synced: content}
	return d
}

// TestX3TornTail: cut at any byte, or with sectors that were not written, the log
// gives the entries before, says so where something was cut, and goes on.
func TestX3TornTail(t *testing.T) {
	content, ends := filled(t)
	for cut := range len(content) {
		whole := 0
		for whole < 3 && ends[whole] <= cut {
			whole++
		}
		atEnd := cut == 0 || cut == len(magic) || whole > 0 && ends[whole-1] == cut
		torn := slices.Clone(content[:cut])
		zeroed := append(slices.Clone(torn), make([]byte, len(content)-cut)...)
		if whole == 2 && cut < len(content)-sector {
			judge(t, fmt.Sprintf("zeros from %d", cut), zeroed, 2, true)
		}
		judge(t, fmt.Sprintf("cut at %d", cut), torn, whole, !atEnd)
	}
}

func judge(t *testing.T, name string, content []byte, whole int, torn bool) {
	t.Helper()
	d := onDisk(content)
	w, entries, saysTorn, err := OpenFS(d, 64)
	if err != nil || len(entries) != whole || saysTorn != torn {
		t.Fatalf("%s: %d entries, torn %t, %v; wanted %d, %t", name, len(entries), saysTorn, err, whole, torn)
	}
	if err := w.Append([]byte("next")); err != nil {
		t.Fatal(err)
	}
	if _, again, torn := mustOpen(t, d.crash(0)); torn || len(again) != whole+1 || again[whole] != "next" {
		t.Fatalf("%s: %q after one more", name, again)
	}
}

// TestX3FlippedBit: a bit that changed anywhere is found, and nothing is cut.
func TestX3FlippedBit(t *testing.T) {
	content, _ := filled(t)
	for bit := range 8 * len(content) {
		broken := slices.Clone(content)
		broken[bit/8] ^= 1 << (bit % 8)
		d := onDisk(broken)
		if _, entries, torn, err := OpenFS(d, 64); !errors.Is(err, ErrCorrupt) {
			t.Fatalf("bit %d of byte %d: %d entries, torn %t, %v", bit%8, bit/8, len(entries), torn, err)
		}
		if !bytes.Equal(d.files[logFile].bytes, broken) {
			t.Fatal("a corrupt log was changed")
		}
	}
}

// run is a life of the log: what was acknowledged before something failed.
func run(d *fakeDisk) (acknowledged []string, err error) {
	w, _, _, err := OpenFS(d, 64)
	if err != nil {
		return nil, err
	}
	for i := range 4 {
		entry := fmt.Sprintf("entry %d", i)
		if err := w.Append([]byte(entry)); err != nil {
			if again := w.Append([]byte("never")); !errors.Is(err, ErrFull) && again == nil {
				return nil, errors.New("goes on after " + err.Error())
			}
			return acknowledged, err
		}
		acknowledged = append(acknowledged, entry)
		if i == 1 {
			if err := w.Cut(); err != nil {
				return nil, err // either state is right
			}
			acknowledged = nil
		}
	}
	return acknowledged, nil
}

// TestEveryCallFails: the N-th call of the disk fails, for every N and in every
// way, and then the power: what was acknowledged is there, once and in order.
func TestEveryCallFails(t *testing.T) {
	count := newDisk()
	if _, err := run(count); err != nil {
		t.Fatal(err)
	}
	for n := 1; n <= count.calls; n++ {
		for _, with := range []error{errDisk, syscall.ENOSPC, syscall.EINTR} {
			for _, short := range []bool{false, true} {
				for _, keep := range []int{0, 1, 15, 1000} {
					d := newDisk()
					d.fail, d.with, d.short = n, with, short
					acknowledged, err := run(d)
					if err == nil {
						t.Fatalf("call %d fails, and nobody says so", n)
					}
					if acknowledged == nil {
						continue
					}
					_, got, _ := mustOpen(t, d.crash(keep))
					if len(got) < len(acknowledged) || !slices.Equal(got[:len(acknowledged)], acknowledged) {
						t.Fatalf("call %d fails (%v, short %t), %d bytes come through: %q, wanted %q", n, with, short, keep, got, acknowledged)
					}
				}
			}
		}
	}
}

// TestR62FsyncFails: nothing is tried again.
func TestR62FsyncFails(t *testing.T) {
	d := newDisk()
	w, _, _ := mustOpen(t, d)
	d.fail, d.with = d.calls+2, errDisk
	if err := w.Append([]byte("x")); !errors.Is(err, ErrSync) {
		t.Fatalf("%v, wanted ErrSync", err)
	}
	calls := d.calls
	for range 3 {
		if err := w.Append([]byte("y")); !errors.Is(err, ErrSync) {
			t.Fatalf("%v, wanted ErrSync", err)
		}
		if err := w.Cut(); !errors.Is(err, ErrSync) {
			t.Fatalf("%v, wanted ErrSync", err)
		}
	}
	if d.calls != calls {
		t.Error("the disk was used again")
	}
}

// TestR62FullDisk: what does not fit is not written, and the stop is.
func TestR62FullDisk(t *testing.T) {
	d := newDisk()
	w, _, _ := mustOpen(t, d)
	d.room = d.used() + 40
	if err := w.Append([]byte("fits")); err != nil {
		t.Fatal(err)
	}
	large := bytes.Repeat([]byte("x"), 50)
	if err := w.Append(large); !errors.Is(err, ErrFull) {
		t.Fatalf("%v, wanted ErrFull", err)
	}
	if err := w.Stop(large[:40]); err != nil {
		t.Fatalf("the stop: %v", err)
	}
	if _, _, _, err := OpenFS(d, 64); !errors.Is(err, ErrFull) {
		t.Fatalf("starts without a reserve: %v", err)
	}
	d.room = 0
	if _, got, torn := mustOpen(t, d); torn || !slices.Equal(got, []string{"fits", string(large[:40])}) {
		t.Fatalf("%q", got)
	}
}

// TestGroupCommit: concurrent entries are all there, with fewer fsyncs.
func TestGroupCommit(t *testing.T) {
	dir := t.TempDir()
	w, _, _, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	var wait sync.WaitGroup
	for i := range 8 {
		wait.Go(func() {
			for j := range 25 {
				if err := w.Append(fmt.Appendf(nil, "%d/%d", i, j)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wait.Wait()
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	w, entries, _, err := Open(dir)
	if err != nil || len(entries) != 200 {
		t.Fatalf("%d entries, %v", len(entries), err)
	}
	next := map[string]int{}
	for _, e := range texts(entries) {
		var who string
		var n int
		if _, err := fmt.Sscanf(e, "%1s/%d", &who, &n); err != nil || n != next[who] {
			t.Fatalf("%q out of order (%v)", e, err)
		}
		next[who]++
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestAnyBytesOpen: the reader ends in an error or with entries, whatever it reads.
func TestAnyBytesOpen(t *testing.T) {
	content, _ := filled(t)
	rapid.Check(t, func(t *rapid.T) {
		b := slices.Clone(content[:rapid.IntRange(0, len(content)).Draw(t, "length")])
		for range rapid.IntRange(0, 4).Draw(t, "changes") {
			if len(b) > 0 {
				b[rapid.IntRange(0, len(b)-1).Draw(t, "at")] = rapid.Byte().Draw(t, "byte")
			}
		}
		if _, end, err := parse(b); err == nil && end > int64(len(b)) {
			t.Fatalf("ends at %d of %d", end, len(b))
		}
	})
}

// FuzzParse: any bytes end in entries or ErrCorrupt, and what is read is written back.
func FuzzParse(f *testing.F) {
	content, _ := filled(f)
	f.Add(content)
	f.Add([]byte(magic))
	f.Fuzz(func(t *testing.T, b []byte) {
		entries, end, err := parse(b)
		if err != nil {
			if !errors.Is(err, ErrCorrupt) {
				t.Fatal(err)
			}
			return
		}
		if again, _, err := parse(append([]byte(magic), encode(entries)...)); err != nil || len(again) != len(entries) || end > int64(len(b)) {
			t.Fatalf("%d entries come back as %d: %v", len(entries), len(again), err)
		}
	})
}
