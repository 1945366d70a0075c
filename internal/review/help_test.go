package review_test

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/patchops/patchops/internal/approval"
	"github.com/patchops/patchops/internal/change"
	"github.com/patchops/patchops/internal/effect"
	"github.com/patchops/patchops/internal/pipeline"
	"github.com/patchops/patchops/internal/review"
	"github.com/patchops/patchops/internal/scaffold"
)

// now is the instant of every test; the example is made for its day.
var now = time.Date(2026, 3, 12, 9, 0, 30, 0, time.UTC)

// repository is commits as maps of files; each has the one before as parent.
type repository struct {
	t       *testing.T
	engine  *pipeline.Engine
	commits map[string]map[string]string
	parent  map[string]string
	reads   map[string]int // how often each commit was read
	missing map[string]bool
	merged  map[string]string // second parents
	// unreadable is a path whose bytes no commit gives.
	unreadable string
}

// engine is compiled once for all tests.
var engine = sync.OnceValues(pipeline.NewEngine)

func newRepository(t *testing.T) *repository {
	t.Helper()
	engine, err := engine()
	if err != nil {
		t.Fatal(err)
	}
	files, err := scaffold.Render("minimal", now, "00000000-0000-4000-8000-000000000000")
	if err != nil {
		t.Fatal(err)
	}
	r := &repository{t, engine, map[string]map[string]string{"main": {}}, map[string]string{}, map[string]int{}, map[string]bool{}, map[string]string{}, ""}
	for name, b := range files {
		r.commits["main"][name] = string(b)
	}
	return r
}

// commit makes a commit on another: files by path, "" removes one.
func (r *repository) commit(name, on string, files map[string]string) string {
	r.commits[name], r.parent[name] = maps.Clone(r.commits[on]), on
	for path, text := range files {
		r.commits[name][path] = text
		if text == "" {
			delete(r.commits[name], path)
		}
	}
	return name
}

// edit is a file of a commit with a text replaced, which must be there.
func (r *repository) edit(commit, file, old, new string) map[string]string {
	r.t.Helper()
	text := r.commits[commit][file]
	if !strings.Contains(text, old) {
		r.t.Fatalf("%s of %s has no %q", file, commit, old)
	}
	return map[string]string{file: strings.ReplaceAll(text, old, new)}
}

func (r *repository) state(files map[string]string) (review.State, error) {
	fsys := fstest.MapFS{}
	var out review.State
	for _, name := range slices.Sorted(maps.Keys(files)) {
		b := []byte(files[name])
		sum := sha256.Sum256(b)
		fsys[name] = &fstest.MapFile{Data: b}
		id := hex.EncodeToString(sum[:20])
		out.Entries = append(out.Entries, change.Entry{Path: name, Mode: "100644", Blob: id})
		out.Files = append(out.Files, effect.File{Path: name, Mode: "100644", Blob: id, Sum: func() effect.Digest { return sum }})
	}
	var err error
	out.Tree, err = pipeline.ReadTree(fsys)
	out.Read = func(name string) ([]byte, error) {
		if name == r.unreadable {
			return nil, errors.New("the object is too large")
		}
		return fsys.ReadFile(name)
	}
	return out, err
}

// Commit implements review.Source.
func (r *repository) Commit(id string) (review.State, error) {
	files, known := r.commits[id]
	if !known || r.missing[id] {
		return review.State{}, errors.New("no commit " + id)
	}
	r.reads[id]++
	out, err := r.state(files)
	out.Commit = id
	return out, err
}

// Joined implements review.Source: blobs are found by their ids.
func (r *repository) Joined(entries []change.Entry) (review.State, error) {
	files := map[string]string{}
	for _, c := range r.commits {
		for name, text := range c {
			sum := sha256.Sum256([]byte(text))
			if slices.Contains(entries, change.Entry{Path: name, Mode: "100644", Blob: hex.EncodeToString(sum[:20])}) {
				files[name] = text
			}
		}
	}
	if len(files) != len(entries) {
		return review.State{}, errors.New("a blob is missing")
	}
	return r.state(files)
}

// Brought implements review.Source: second parents are in merged.
func (r *repository) Brought(tip, id string) (by, before string, err error) {
	for at := tip; at != ""; at = r.parent[at] {
		if at == id || r.merged[at] == id {
			return at, r.parent[at], nil
		}
	}
	return "", "", errors.New("not in the history")
}

// LastChange implements review.Source.
func (r *repository) LastChange(tip, path string) (string, error) {
	for r.parent[tip] != "" && r.commits[r.parent[tip]][path] == r.commits[tip][path] {
		tip = r.parent[tip]
	}
	return tip, nil
}

// MergeBase implements review.Source.
func (r *repository) MergeBase(a, b string) (string, string, error) {
	line := map[string]bool{}
	var reach func(c string)
	reach = func(c string) {
		if c != "" && !line[c] {
			line[c] = true
			reach(r.parent[c])
			reach(r.merged[c])
		}
	}
	reach(a)
	for c := b; c != ""; c = r.parent[c] {
		if line[c] {
			return c, "", nil
		}
	}
	return "", "commits " + a + " and " + b + " have no common ancestor", nil
}

// here evaluates own rules in this process.
func here(job string, shared []byte, items [][]byte) ([]pipeline.Answer, error) {
	answer, err := pipeline.Jobs()[job](shared)
	if err != nil {
		return nil, err
	}
	out := make([]pipeline.Answer, len(items))
	for i, item := range items {
		out[i].Output = answer(item)
	}
	return out, nil
}

func (r *repository) input(head string, acts ...approval.Act) review.Input {
	return review.Input{
		Engine: r.engine, Child: here, Source: r, Repository: "00000000-0000-4000-8000-000000000000", Target: "main",
		Change:     change.Change{Name: head, Branch: head, Head: head, Target: "main", Open: true},
		Authorised: "main", Acts: acts, Now: now,
		Contributors: change.Contributors{Author: "ada", People: []string{"ada"}},
	}
}

func (r *repository) judge(in review.Input) *review.Review {
	r.t.Helper()
	out, err := review.Judge(in)
	if err != nil {
		r.t.Fatal(err)
	}
	return out
}

// book is the people of main.
func (r *repository) book(commit string) *approval.Book {
	r.t.Helper()
	s, err := r.state(r.commits[commit])
	if err != nil {
		r.t.Fatal(err)
	}
	out, err := r.engine.Read(pipeline.Input{Tree: s.Tree, AsOf: now})
	if err != nil {
		r.t.Fatal(err)
	}
	return approval.ReadBook(out.Corpus, commit)
}

// approve is what a person signs who looks at a change now.
func (r *repository) approve(person string, in review.Input) approval.Act {
	r.t.Helper()
	p, err := review.Propose(in)
	if err != nil {
		r.t.Fatal(err)
	}
	keys := r.book("main").People[person].Keys
	if len(keys) == 0 {
		r.t.Fatalf("%s has no key", person)
	}
	at := in.Now.Truncate(time.Minute)
	return approval.Act{
		Evidence: "sha256:" + person + path.Base(in.Change.Head), Key: keys[0], Claimed: person, Verdict: "approved",
		Repository: in.Repository, Target: in.Target, Change: in.Change.Name, Head: p.Head, Base: p.Base, Effect: p.Digest,
		Accepts: p.Accepts, AsOf: at, FirstSeen: at, Position: 1, Serial: 1,
	}
}

// why fails unless the reasons are as many as wanted and each has its part.
func why(t *testing.T, r *review.Review, want ...string) {
	t.Helper()
	if r.Mergeable != (len(want) == 0) || len(r.Why) != len(want) {
		t.Fatalf("mergeable %v, why %q, wanted %q\nverdict %s: %+v", r.Mergeable, r.Why, want, r.Verdict.State, r.Verdict)
	}
	for i, w := range want {
		if !strings.Contains(r.Why[i], w) {
			t.Errorf("reason %q, wanted %q in it", r.Why[i], w)
		}
	}
}
