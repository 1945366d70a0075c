package git

import (
	"errors"
	"io/fs"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestJoined(t *testing.T) {
	s := newSandbox(t)
	a, b := s.blob("a\n"), s.blob("b\n")
	r := s.open()
	tree, err := r.Joined([]Entry{
		{Path: "a.x", Mode: 0o644, ID: a}, {Path: "a/b/c", Mode: 0o755, ID: b}, {Path: "a/d", Mode: 0o644, ID: a}, {Path: "z", Mode: 0o644, ID: b},
	})
	if err != nil {
		t.Fatal(err)
	}
	wantProblems(t, tree)
	if got := paths(tree); !slices.Equal(got, []string{"a.x", "a/b/c", "a/d", "z"}) {
		t.Errorf("%q", got)
	}
	if content, err := tree.ReadFile("a/b/c"); err != nil || string(content) != "b\n" {
		t.Errorf("%q, %v", content, err)
	}
	if tree.Entries()[1].Size != 2 || tree.Entries()[1].Mode != 0o755 {
		t.Errorf("%+v", tree.Entries()[1])
	}
	below, err := tree.ReadDir("a")
	if err != nil || len(below) != 2 || below[0].Name() != "b" || !below[0].IsDir() {
		t.Errorf("%v, %v", below, err)
	}
	if empty, err := r.Joined(nil); err != nil || len(empty.Entries()) != 0 {
		t.Errorf("%v, %v", empty, err)
	}
}

// The same checks as of a tree in a commit.
func TestJoinedFindsWhatATreeMustNotHold(t *testing.T) {
	s := newSandbox(t)
	a := s.blob("a\n")
	r := s.open()
	r.limits.depth = 4
	file := func(path string) Entry { return Entry{Path: path, Mode: 0o644, ID: a} }
	for name, test := range map[string]struct {
		entries []Entry
		want    []string
	}{
		"twins":        {[]Entry{file("A"), file("a")}, []string{"git/duplicate a"}},
		"twin folders": {[]Entry{file("D/x"), file("d/y")}, []string{"git/duplicate d"}},
		"twice":        {[]Entry{file("a"), file("a")}, []string{"git/duplicate a"}},
		"both":         {[]Entry{file("a"), file("a/b")}, []string{"git/duplicate a"}},
		"both, apart":  {[]Entry{file("a"), file("a-x"), file("a/b")}, []string{"git/duplicate a"}},
		"symlink":      {[]Entry{{Path: "l", Mode: fs.ModeSymlink | 0o777, ID: a}}, []string{"git/mode l"}},
		"submodule":    {[]Entry{{Path: "m", Mode: fs.ModeIrregular, ID: a}}, []string{"git/mode m"}},
		"dot git":      {[]Entry{file("x/.git/config")}, []string{"git/path x/.git"}},
		"dot dot":      {[]Entry{file("x/../y")}, []string{"git/path x/.."}},
		"absolute":     {[]Entry{file("/x")}, []string{"git/path "}},
		"empty":        {[]Entry{file("")}, []string{"git/path "}},
		"control":      {[]Entry{file("a\x01b")}, []string{"git/path a\x01b"}},
		"deep":         {[]Entry{file("1/2/3/4/5/6")}, []string{"git/limit 1/2/3/4/5"}},
	} {
		tree, err := r.Joined(test.entries)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		t.Run(name, func(t *testing.T) { wantProblems(t, tree, test.want...) })
	}
	for name, test := range map[string]struct {
		entries []Entry
		want    error
	}{
		"missing":  {[]Entry{{Path: "x", Mode: 0o644, ID: "0123456789012345678901234567890123456789"}}, ErrMissing},
		"short id": {[]Entry{{Path: "x", Mode: 0o644, ID: "0123"}}, ErrRevision},
		"unsorted": {[]Entry{file("b"), file("a")}, nil},
		"folder":   {[]Entry{{Path: "x", Mode: fs.ModeDir, ID: a}}, nil},
	} {
		if _, err := r.Joined(test.entries); err == nil || test.want != nil && !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %v", name, err, test.want)
		}
	}
}

func TestJoinedKeepsTheLimits(t *testing.T) {
	s := newSandbox(t)
	a := s.blob("0123456789")
	r := s.open()
	files := []Entry{{Path: "a", Mode: 0o644, ID: a}, {Path: "b/c", Mode: 0o644, ID: a}, {Path: "d", Mode: 0o644, ID: a}}
	for name, l := range map[string]limits{
		"files":   {files: 2, entries: 99, depth: 9, file: 99, total: 99},
		"entries": {files: 99, entries: 3, depth: 9, file: 99, total: 99},
		"file":    {files: 99, entries: 99, depth: 9, file: 9, total: 99},
		"total":   {files: 99, entries: 99, depth: 9, file: 99, total: 29},
	} {
		r.limits = l
		tree, err := r.Joined(files)
		if err != nil || len(tree.Problems()) == 0 || tree.Problems()[0].ID != "git/limit" {
			t.Errorf("%s: %v, %v", name, tree.Problems(), err)
		}
	}
}

// What is joined is what was given, or there is a finding.
func TestJoinedIsWhatWasGiven(t *testing.T) {
	s := newSandbox(t)
	blobs := []string{s.blob("a"), s.blob("b\n")}
	r := s.open()
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.SampledFrom([]string{"a", "A", "b", "b.x", "b0", "\u00e9", "c"})
		files := map[string]string{}
		for range rapid.IntRange(0, 6).Draw(t, "files") {
			path := name.Draw(t, "name")
			for range rapid.IntRange(0, 2).Draw(t, "depth") {
				path += "/" + name.Draw(t, "name")
			}
			files[path] = rapid.SampledFrom(blobs).Draw(t, "blob")
		}
		var entries []Entry
		for path, id := range files {
			entries = append(entries, Entry{Path: path, Mode: 0o644, ID: id})
		}
		slices.SortFunc(entries, func(a, b Entry) int { return slices.Compare([]byte(a.Path), []byte(b.Path)) })
		joined, err := r.Joined(entries)
		if err != nil {
			t.Fatal(err)
		}
		again, err := r.Joined(joined.Entries())
		if err != nil || !slices.Equal(again.Entries(), joined.Entries()) {
			t.Fatalf("%v, %v", again, err)
		}
		for _, e := range joined.Entries() {
			if e.ID != files[e.Path] {
				t.Fatalf("%s is %s, want %s", e.Path, e.ID, files[e.Path])
			}
		}
		if len(joined.Problems()) == 0 && len(joined.Entries()) != len(files) {
			t.Fatalf("%d of %d files, and no finding", len(joined.Entries()), len(files))
		}
	})
}
