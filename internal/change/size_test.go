package change_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/patchops/patchops/internal/change"
)

func nothing(string) bool { return false }

// texts reads blobs by their id.
type texts map[string]string

func (x texts) read(_ bool, e change.Entry) ([]byte, error) {
	s, ok := x[e.Blob]
	if !ok {
		return nil, errors.New("no such blob")
	}
	return []byte(s), nil
}

func files(n int, format, blob string) []change.Entry {
	var lines []string
	for i := range n {
		lines = append(lines, fmt.Sprintf(format+" "+blob, i, i))
	}
	return tree(lines...)
}

func TestR18Files(t *testing.T) {
	few := texts{"x": "a\n"}
	for _, c := range []struct {
		n    int
		want string
	}{{300, ""}, {301, "the change touches 301 files, wanted at most 300 to review"}} {
		size, err := change.Measure(nil, files(c.n, "f%05d%.0d", "x"), nothing, few.read)
		if err != nil || size.Files != c.n || size.Unreviewable() != c.want {
			t.Errorf("%d files: %+v %q %v, wanted %q", c.n, size, size.Unreviewable(), err, c.want)
		}
	}
}

func TestA14RenamesCountOnce(t *testing.T) {
	before, after := files(1700, "old/f%05d", "b%d"), files(1700, "new/f%05d", "b%d")
	size, err := change.Measure(before, after, nothing, texts{}.read)
	if err != nil || size.Files != 1700 || size.Lines != 0 {
		t.Errorf("1,700 renames are %+v, %v; wanted 1,700 files and no line", size, err)
	}
	// One of two equal files moves, and a third is new.
	size, err = change.Measure(tree("a x", "b x"), tree("b x", "c x", "d x"), nothing, texts{"x": "1\n2\n"}.read)
	if err != nil || size != (change.Size{Files: 2, Lines: 2}) {
		t.Errorf("one rename and one copy are %+v, %v", size, err)
	}
}

func lines(from, to int) string {
	var b strings.Builder
	for i := from; i < to; i++ {
		fmt.Fprintf(&b, "line %d\n", i)
	}
	return b.String()
}

func TestR18Lines(t *testing.T) {
	for _, c := range []struct {
		name          string
		before, after string
		want          int
		refused       bool
	}{
		{"a new file at the limit", "", lines(0, 20_000), 20_000, false},
		{"a new file beyond it", "", lines(0, 20_001), 20_001, true},
		{"all lines changed, at the limit", lines(0, 10_000), lines(10_000, 20_000), 20_000, false},
		{"all lines changed, beyond it", lines(0, 10_000), lines(10_000, 20_001), 20_001, true},
		{"the ends of a large file", "a\n" + lines(0, 90_000) + "b\n", "c\n" + lines(0, 90_000) + "d\n", 4, false},
		{"a block moved", lines(0, 100) + lines(200, 300), lines(200, 300) + lines(0, 100), 200, false},
		{"no line feed at the end", "a", "b", 2, false},
		{"equal", "a\n", "a\n", 0, false},
	} {
		size, err := change.Measure(tree("f 1"), tree("f 2"), nothing, texts{"1": c.before, "2": c.after}.read)
		if c.before == "" {
			size, err = change.Measure(nil, tree("f 2"), nothing, texts{"2": c.after}.read)
		}
		if err != nil || size.Lines != c.want || (size.Unreviewable() != "") != c.refused {
			t.Errorf("%s: %+v %q %v, wanted %d lines, refused %v", c.name, size, size.Unreviewable(), err, c.want, c.refused)
		}
	}
}

func TestLinesAreAtLeastThoseOfTheShortestScript(t *testing.T) {
	// Where the work runs out the count may only be more, and refuses.
	blank := strings.Repeat("\n", 400_000)
	size, err := change.Measure(tree("f 1"), tree("f 2"), nothing, texts{"1": "a\n" + blank + strings.Repeat("x\n\n", 9_000), "2": strings.Repeat("\ny\n", 9_000) + blank + "b\n"}.read)
	if err != nil || size.Unreviewable() == "" {
		t.Errorf("%+v %v, wanted refused", size, err)
	}
}

func TestMeasureLeavesDataAsideAndReportsWhatItCannotRead(t *testing.T) {
	aside := change.Aside([]string{"clients/acme/assets.csv"})
	size, err := change.Measure(nil, tree("clients/acme/assets.csv 1", "plans/x.yaml 2"), aside, texts{"2": "a\n"}.read)
	if err != nil || size != (change.Size{Files: 1, Lines: 1}) {
		t.Errorf("%+v %v, wanted one file", size, err)
	}
	if _, err := change.Measure(nil, tree("a 9"), nothing, texts{}.read); err == nil {
		t.Error("an unreadable file was measured")
	}
	if size, err := change.Measure(nil, tree("sub 9 160000"), nothing, texts{}.read); err != nil || size.Files != 1 {
		t.Errorf("a submodule: %+v %v", size, err)
	}
}

// longest is the length of the longest common subsequence, by the book.
func longest(a, b []string) int {
	t := make([][]int, len(a)+1)
	for i := range t {
		t[i] = make([]int, len(b)+1)
	}
	for i := range a {
		for k := range b {
			if t[i+1][k+1] = max(t[i][k+1], t[i+1][k]); a[i] == b[k] {
				t[i+1][k+1] = t[i][k] + 1
			}
		}
	}
	return t[len(a)][len(b)]
}

func TestLinesAreThoseOfTheShortestScript(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		line := rapid.SampledFrom([]string{"a", "b", "c", ""})
		a, b := rapid.SliceOfN(line, 1, 12).Draw(t, "a"), rapid.SliceOfN(line, 1, 12).Draw(t, "b")
		before, after := strings.Join(a, "\n")+"\n", strings.Join(b, "\n")+"\n"
		size, err := change.Measure(tree("f 1"), tree("f 2"), nothing, texts{"1": before, "2": after}.read)
		if want := len(a) + len(b) - 2*longest(a, b); err != nil || size.Lines != want {
			t.Fatalf("%d lines, %v; wanted %d", size.Lines, err, want)
		}
	})
}
